/* Figures that answer the reader: no kernel, no network, no library.

   A figure with data-live holds a still picture and its data as JSON (made by eih.figures.interactive). Where
   scripts run, the picture gives way to a drawing with controls. */
(() => {
  "use strict";
  const { fill, el, draw, count, radio, boxes, select, walk } = window.eih;
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const number = (value, digits = 1) => value.toFixed(digits).replace(/^-(?=0(\.0+)?$)/, "").replace("-", "−");
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  function ticks(low, high, wanted) {
    const rough = (high - low) / wanted, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((k) => k * power).find((k) => k >= rough);
    const found = [];
    for (let k = Math.ceil(low / step); k * step <= high + step / 1e6; k++) found.push(k * step);
    return { values: found, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
  }

  /* ---- a drawing with axes; `stage` is as wide as the text allows ---- */
  function plot(stage, label, { x, y, height, xlabel, ylabel, xticks = true, top = 12, left = 52 }) {
    const width = Math.max(stage.clientWidth, 280), right = 10, bottom = xlabel ? 46 : 14;
    const X = (value) => left + ((value - x[0]) / (x[1] - x[0])) * (width - left - right);
    const Y = (value) => height - bottom - ((value - y[0]) / (y[1] - y[0])) * (height - top - bottom);
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label });
    const rows = ticks(...y, height / 55);
    for (const value of rows.values) {
      svg.append(draw("line", { class: value ? "eih-grid" : "eih-zero", x1: left, x2: width - right, y1: Y(value), y2: Y(value) }));
      svg.append(draw("text", { x: left - 7, y: Y(value) + 4, "text-anchor": "end" }, number(value, rows.digits)));
    }
    const columns = xticks ? ticks(...x, width / 90) : { values: [] };
    for (const value of columns.values) {
      svg.append(draw("text", { x: X(value), y: height - bottom + 18, "text-anchor": "middle" }, number(value, columns.digits)));
    }
    const middle = top + (height - top - bottom) / 2;
    if (xlabel) svg.append(draw("text", { x: (left + width - right) / 2, y: height - 8, "text-anchor": "middle" }, xlabel));
    if (ylabel) svg.append(draw("text", { transform: `translate(13 ${middle}) rotate(-90)`, "text-anchor": "middle" }, ylabel));
    stage.replaceChildren(svg);
    return { svg, X, Y, width, height, left, right, top, bottom };
  }

  /* The mark nearest to the pointer; marks are [x, y] in pixels. */
  function pointing(svg, marks, changed, onlyX) {
    const find = (event) => {
      const box = svg.getBoundingClientRect(), scale = svg.viewBox.baseVal.width / box.width;
      const px = (event.clientX - box.left) * scale, py = (event.clientY - box.top) * scale;
      let best = -1, nearest = Infinity;
      marks.forEach(([mx, my], place) => {
        const away = (mx - px) ** 2 + (onlyX ? 0 : (my - py) ** 2);
        if (away < nearest) [best, nearest] = [place, away];
      });
      if (best >= 0) changed(best);
    };
    svg.addEventListener("pointermove", find);
    svg.addEventListener("pointerdown", find);
  }

  const shape = { circle: "M0-4.6A4.6 4.6 0 1 1 0 4.6A4.6 4.6 0 1 1 0-4.6Z", triangle: "M0-5.4L5 3.8H-5Z",
    square: "M-4-4H4V4H-4Z", diamond: "M0-7L7 0L0 7L-7 0Z" };

  /* ---- fitness × sex: one point per person, one drug at a time ---- */
  function fitness({ data, bar, stage, readout, facts }) {
    const people = [...data.people].sort((a, b) => a.x - b.x);
    let at = -1;
    const drug = radio("Drug", data.drugs.map((name) => [name, name, name]), data.drugs[0], redraw);
    const sexes = boxes("Show", data.sexes.map((name) => [name, name === "female" ? "women ▲" : "men ●", name]), redraw);
    const slider = walk("Walk through the people, least fit to fittest", point);
    slider.input.max = people.length - 1;
    bar.append(drug.node, sexes.node, slider.node);
    let marks = [], ring, name, frame;

    function redraw() {
      const day = drug.value(), shown = sexes.values();
      frame = plot(stage, `Relief against fitness under ${day}, a point per person`, { ...data.axes,
        height: clamp(stage.clientWidth * 0.62, 300, 430) });
      const { svg, X, Y } = frame;
      for (const { sex, drug: of, x, fit, low, high } of data.lines) {
        if (of !== day || !shown.includes(sex)) continue;
        const path = (values) => values.map((value, k) => `${X(x[k]).toFixed(1)} ${Y(value).toFixed(1)}`);
        svg.append(draw("path", { class: `eih-band eih-is-${sex}`, d: `M${[...path(high), ...path(low).reverse()].join("L")}Z` }));
        svg.append(draw("path", { class: `eih-line eih-is-${sex}`, d: `M${path(fit).join("L")}` }));
      }
      ring = draw("circle", { class: "eih-ring", r: 9 });
      name = draw("text", { class: "eih-name" });
      marks = people.map((one) => (shown.includes(one.sex) && one[day] != null ? [X(one.x), Y(one[day])] : [NaN, NaN]));
      people.forEach((one, k) => {
        if (Number.isNaN(marks[k][0])) return;
        svg.append(draw("path", { class: `eih-dot eih-is-${one.sex}`, d: one.sex === "female" ? shape.triangle : shape.circle,
          transform: `translate(${marks[k]})` }));
      });
      svg.append(ring, name);
      pointing(svg, marks, point);
      const slopes = data.slopes.filter((row) => row.drug === day && shown.includes(row.sex));
      facts.textContent = slopes.length ? `Slope under ${day}, with drug order as covariate: ` + slopes.map((row) =>
        `${row.sex === "female" ? "women" : "men"} ${number(row.beta)} points per W/kg (95 % CI ${number(row.low)} to ${number(row.high)})`).join("; ") + "." : "";
      point(at);
    }
    function point(place) {
      at = place;
      ring.style.display = name.style.display = "none";
      if (place < 0) { readout.textContent = "Point at a mark, or move the slider, to see who it is."; return; }
      slider.input.value = place;
      const one = people[place];
      const words = `${one.name}: ${one.sex === "female" ? "woman" : "man"}, ${number(one.x, 2)} W/kg; relief ` +
        data.drugs.map((day) => `${one[day] == null ? "unknown" : number(one[day])} under ${day}`).join(", ") + " (points).";
      readout.textContent = words;
      slider.input.setAttribute("aria-valuetext", words);
      const [x, y] = marks[place];
      if (Number.isNaN(x)) return;
      ring.style.display = name.style.display = "";
      ring.setAttribute("transform", `translate(${x} ${y})`);
      const end = x > frame.width - 90;
      fill(name, { x: x + (end ? -13 : 13), y: y + 4, "text-anchor": end ? "end" : "start" }, []);
      name.textContent = one.name;
    }
    return redraw;
  }

  /* ---- trials: the ratings of one person over the blocks of both days ---- */
  function trials({ data, bar, stage, readout, facts, table }) {
    const kinds = {};
    "abc".split("").forEach((letter, k) => { kinds[letter] = ["heat", data.targets[k]]; });
    "def".split("").forEach((letter, k) => { kinds[letter] = ["pressure", data.targets[k]]; });
    const shapes = [shape.circle, shape.square, shape.triangle];
    let marks = [], rows = [], ring, at = -1;
    const person = select("Participant", data.people.map((one, k) => [k, `${one.name} (${one.sex})`]), fresh);
    const modality = radio("Pain", [["heat", "heat", "heat"], ["pressure", "pressure", "pressure"]], "heat", fresh);
    const drugs = boxes("Drug", [["saline", "saline", "saline"], ["naloxone", "naloxone", "naloxone"]], fresh);
    const exercise = boxes("Exercise", [["low", "low", "low"], ["high", "high", "high"]], fresh);
    const slider = walk("Walk through the trials", point);
    bar.append(person.node, modality.node, drugs.node, exercise.node, slider.node);

    function fresh() { at = -1; redraw(); }
    function ratings() {
      const one = data.people[+person.value()];
      return one.blocks.flatMap(([day, block, drug, intensity, text]) =>
        (text.match(/.../g) || []).map((code, k) => ({ day, block, drug, exercise: intensity, trial: k + 1,
          modality: kinds[code[0]][0], target: kinds[code[0]][1], rating: code.slice(1) === "--" ? null : parseInt(code.slice(1), 36) })))
        .filter((row) => row.modality === modality.value());
    }
    function redraw() {
      const one = data.people[+person.value()], all = ratings();
      const shown = (row) => drugs.values().includes(row.drug) && exercise.values().includes(row.exercise);
      const days = [...new Set(all.map((row) => row.day))];
      const width = Math.max(stage.clientWidth, 280), left = 34, gap = 6, each = 182, head = 44;
      const wide = (width - left - 4) / 4;
      const height = days.length * each + 8;
      const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
        "aria-label": `${modality.value()} ratings of ${one.name}, a row per day, a panel per block` });
      marks = []; rows = [];
      days.forEach((day, line) => {
        const of = all.filter((row) => row.day === day), top = line * each + head;
        const Y = (value) => top + (each - head - 10) * (1 - value / 101);
        svg.append(draw("text", { x: 0, y: line * each + 15, class: `eih-head eih-is-${of[0].drug}` },
          `Day ${day}: ${of[0].drug}`));
        for (const value of [0, 50, 100]) svg.append(draw("text", { x: left - 6, y: Y(value) + 4, "text-anchor": "end" }, value));
        for (let block = 1; block <= 4; block++) {
          const inside = of.filter((row) => row.block === block), x0 = left + (block - 1) * wide;
          const X = (trial) => x0 + 8 + ((trial - 1) / 17) * (wide - gap - 16);
          const visible = inside.some(shown);
          svg.append(draw("rect", { class: `eih-panel eih-is-${inside[0].exercise}`, x: x0, y: top - 4, width: wide - gap, height: each - head }));
          svg.append(draw("text", { x: x0 + 2, y: top - 8, class: visible ? "" : "eih-off" },
            wide > 120 ? `block ${block}, ${inside[0].exercise}` : inside[0].exercise));
          data.targets.forEach((target, k) => {
            svg.append(draw("line", { class: "eih-grid", x1: x0, x2: x0 + wide - gap, y1: Y(target), y2: Y(target) }));
            if (!visible) return;
            const own = inside.filter((row) => row.target === target && row.rating != null);
            svg.append(draw("path", { class: `eih-thread eih-is-${modality.value()} eih-step-${k}`,
              d: own.length ? `M${own.map((row) => `${X(row.trial).toFixed(1)} ${Y(row.rating).toFixed(1)}`).join("L")}` : "" }));
            for (const row of own) {
              marks.push([X(row.trial), Y(row.rating)]); rows.push(row);
              svg.append(draw("path", { class: `eih-dot eih-is-${modality.value()} eih-step-${k}`, d: shapes[k],
                transform: `translate(${X(row.trial)} ${Y(row.rating)})` }));
            }
          });
        }
      });
      const order = rows.map((_, k) => k).sort((a, b) => rows[a].day - rows[b].day || rows[a].block - rows[b].block || rows[a].trial - rows[b].trial);
      rows = order.map((k) => rows[k]); marks = order.map((k) => marks[k]);
      ring = draw("circle", { class: "eih-ring", r: 9 });
      svg.append(ring);
      stage.replaceChildren(svg);
      pointing(svg, marks, point);
      slider.input.max = Math.max(rows.length - 1, 0);
      slider.input.disabled = !rows.length;
      summarise(one, rows);
      point(at);
    }
    function summarise(one, used) {
      const of = (test) => { const values = used.filter(test).map((row) => row.rating); return values.length ? number(mean(values)) : "–"; };
      facts.textContent = `${one.name}, ${one.sex}, ${number(one.fitness, 2)} W/kg, ${one.order}: ${used.length} ${modality.value()} ratings shown` +
        (used.length ? `, mean ${of(() => true)}.` : ".");
      const heads = drugs.values().flatMap((drug) => exercise.values().map((intensity) => [drug, intensity]));
      table.replaceChildren(
        el("caption", {}, `Mean ${modality.value()} rating of ${one.name}`),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Target"), ...heads.map((head) => el("th", { scope: "col" }, head.join(", "))))),
        el("tbody", {}, ...data.targets.map((target) => el("tr", {}, el("th", { scope: "row" }, `${target}`), ...heads.map(([drug, intensity]) =>
          el("td", {}, of((row) => row.target === target && row.drug === drug && row.exercise === intensity)))))));
    }
    function point(place) {
      at = place;
      ring.style.display = "none";
      if (place < 0 || !rows[place]) {
        readout.textContent = "● target 30, ■ target 50, ▲ target 70. Point at a mark, or move the slider, to read a trial.";
        return;
      }
      slider.input.value = place;
      const row = rows[place];
      const words = `Day ${row.day} (${row.drug}), block ${row.block} (${row.exercise} exercise), trial ${row.trial}: ${row.modality}, target ${row.target}, rated ${row.rating}.`;
      readout.textContent = words;
      slider.input.setAttribute("aria-valuetext", words);
      ring.style.display = "";
      ring.setAttribute("transform", `translate(${marks[place]})`);
    }
    return redraw;
  }

  /* ---- specification curve: keep the analyses that you would defend ---- */
  function specifications({ data, bar, stage, readout, facts }) {
    const effect = select("Effect", data.effects.map((one, k) => [k, one.label]), choose);
    const modality = radio("Pain", [["heat", "heat", "heat"], ["pressure", "pressure", "pressure"]], "heat", redraw);
    const choices = el("details", { class: "eih-choices", open: innerWidth > 700 }, el("summary", {}, "Keep only analyses with …"));
    const slider = walk("Walk along the curve", point);
    const reset = el("button", { type: "button", class: "eih-button", onclick: () => { choose(); effect.input.focus(); } }, "Keep all");
    bar.append(effect.node, modality.node, choices, slider.node);
    let filters = [], order = [], now, part, cursor, frame, at = -1;

    function choose() {
      now = data.effects[+effect.value()];
      const groups = now.choices.map(([choice, options]) => boxes(choice, options.map((option, k) => [`${k}`, option]), redraw));
      filters = groups.map((one) => one.values);
      choices.replaceChildren(choices.firstChild, el("div", { class: "eih-groups" }, ...groups.map((one) => one.node)), reset);
      redraw();
    }
    function redraw() {
      part = now[modality.value()];
      const width = now.choices.length, kept = filters.map((values) => new Set(values()));
      const fits = (k) => kept.every((set, place) => now.codes[k * width + place] === "-" || set.has(now.codes[k * width + place]));
      const all = part.estimate.map((_, k) => k);
      order = all.filter(fits).sort((a, b) => part.estimate[a] - part.estimate[b] || part.p[a] - part.p[b]);
      const values = part.estimate.map((value) => value / 100), low = Math.min(0, ...values), high = Math.max(0, ...values);
      const room = 0.06 * (high - low);
      frame = plot(stage, `${now.label}, ${modality.value()}: ${order.length} estimates, smallest first`, {
        x: [-0.5, Math.max(order.length - 0.5, 0.5)], y: [low - room, high + room], height: 300, xticks: false,
        xlabel: `${count(order.length)} of ${count(all.length)} analyses, smallest estimate first`, ylabel: now.unit });
      const { svg, X, Y } = frame;
      const dots = (test, size) => order.map((k, place) => (test(part.p[k] < 50) ?
        `M${(X(place) - size / 2).toFixed(1)} ${(Y(part.estimate[k] / 100) - size / 2).toFixed(1)}h${size}v${size}h-${size}z` : "")).join("");
      svg.append(draw("path", { class: "eih-weak", d: dots((yes) => !yes, 2.6) }), draw("path", { class: "eih-strong", d: dots((yes) => yes, 4) }));
      const own = order.indexOf(part.paper);
      if (own >= 0) svg.append(draw("path", { class: "eih-own", d: shape.diamond, transform: `translate(${X(own)} ${Y(part.estimate[part.paper] / 100)})` }));
      cursor = draw("line", { class: "eih-cursor", y1: frame.top, y2: frame.height - frame.bottom });
      svg.append(cursor);
      pointing(svg, order.map((k, place) => [X(place), 0]), point, true);
      slider.input.max = Math.max(order.length - 1, 0);
      slider.input.disabled = !order.length;
      const strong = order.filter((k) => part.p[k] < 50).length;
      const at_ = (share) => number(part.estimate[order[Math.round(share * (order.length - 1))]] / 100, 2);
      facts.textContent = order.length ? `${count(order.length)} analyses: from ${at_(0)} to ${at_(1)}, median ${at_(0.5)}; p < 0.05 in ` +
        `${count(strong)} (${Math.round((100 * strong) / order.length)} %). Dark: p < 0.05; ◆ the paper’s own analysis` +
        (own < 0 ? " (filtered out)." : ".") : "No analysis has all of these choices.";
      point(at < order.length ? at : -1);
    }
    function point(place) {
      at = place;
      cursor.style.display = place < 0 ? "none" : "";
      if (place < 0) { readout.textContent = "Point at the curve, or move the slider, to see the choices behind an estimate."; return; }
      slider.input.value = place;
      const k = order[place], width = now.choices.length;
      fill(cursor, { x1: frame.X(place), x2: frame.X(place) }, []);
      const taken = now.choices.map(([choice, options], j) => [choice, options[+now.codes[k * width + j]]]).filter(([, option]) => option);
      const words = `Estimate ${number(part.estimate[k] / 100, 2)}, p ${part.p[k] < 1 ? "< 0.001" : `≈ ${(part.p[k] / 1000).toFixed(3)}`}` +
        `${k === part.paper ? " (the paper’s own)" : ""}: ${taken.map((pair) => pair.join(" ")).join(", ")}.`;
      readout.textContent = words;
      slider.input.setAttribute("aria-valuetext", words);
    }
    return () => (now ? redraw() : choose());
  }

  /* ---- figures ---- */
  const KINDS = { fitness, trials, specifications };
  function start(figure) {
    const still = figure.querySelector("img"), bar = figure.querySelector(".eih-controls");
    const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    const stage = el("div", { class: "eih-stage" });
    const facts = el("p", { class: "eih-facts", role: "status" }), readout = el("p", { class: "eih-readout" });
    const table = el("table", { class: "eih-means" });
    still.before(stage);
    still.hidden = true;
    stage.after(readout, facts, table);
    const redraw = KINDS[figure.dataset.live]({ data, bar, stage, readout, facts, table });
    redraw();
    if (!table.childElementCount) table.remove();
    let width = stage.clientWidth;
    new ResizeObserver(() => {
      if (stage.clientWidth !== width) { width = stage.clientWidth; redraw(); }
    }).observe(stage);
    figure.classList.add("eih-started");
  }

  document.querySelectorAll("figure[data-live]").forEach(start);
})();
