/* What the figures and the ledger share: elements, and the browser's own controls, so that a keyboard and a
   screen reader work. Each control returns its `node` and how to read its `value`, and calls `changed`. */
window.eih = (() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  let serial = 0;

  /* ---- elements ---- */
  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child != null));
    return node;
  }
  const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  const draw = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  /* ---- numbers ---- */
  const count = (value) => value.toLocaleString("en");

  /* ---- controls: each returns {node, value()} and calls `changed` ---- */
  function group(legend, type, options, chosen, changed) {
    const name = `eih-${++serial}`;
    const inputs = options.map(([value, text, mark]) => {
      const input = el("input", { type, name, value, checked: chosen.includes(value), onchange: changed });
      return { input, label: el("label", { class: mark ? `eih-mark-${mark}` : null }, input, ` ${text}`) };
    });
    const node = el("fieldset", {}, el("legend", {}, legend), ...inputs.map((one) => one.label));
    const values = () => inputs.filter(({ input }) => input.checked).map(({ input }) => input.value);
    return { node, values, value: () => values()[0] };
  }
  const radio = (legend, options, chosen, changed) => group(legend, "radio", options, [chosen], changed);
  const boxes = (legend, options, changed) =>
    group(legend, "checkbox", options, options.map(([value]) => value), changed);

  /* A label before its input. */
  function field(text, input, look = "") {
    input.id = `eih-${++serial}`;
    return el("div", { class: `eih-field ${look}` }, el("label", { for: input.id }, text), input);
  }

  function select(text, options, changed) {
    const input = el("select", { onchange: changed }, ...options.map(([value, words]) => el("option", { value }, words)));
    return { node: field(text, input), input, value: () => input.value };
  }

  /* A slider steps through what is drawn: the keyboard's way to point at a mark. */
  function walk(text, changed) {
    const input = el("input", { type: "range", min: 0, value: 0, oninput: () => changed(+input.value) });
    return { node: field(text, input, "eih-walk"), input };
  }

  return { fill, el, draw, count, radio, boxes, select, walk, field };
})();
