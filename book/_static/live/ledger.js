/* Search and filters for the ledger. Its table is complete without them (made by eih.show_searchable);
   a row is reached by its address, such as ledger.html#r048, and so is a choice: ledger.html?verdict=explained. */
(() => {
  "use strict";
  const { el, count, boxes, select, field } = window.eih;

  /* ---- the ledger: search, filters by verdict and chapter, addresses that lead to a row ---- */
  function ledger(table) {
    const groups = [...table.tBodies].map((body) => ({ body, chapter: body.dataset.chapter, id: body.id,
      head: body.rows[0].textContent.toLowerCase(),
      rows: [...body.rows].slice(1).map((row) => ({ row, text: row.textContent.toLowerCase(), verdict: row.dataset.verdict })) }));
    const rows = groups.flatMap((one) => one.rows);
    const of = (verdict) => rows.filter((row) => row.verdict === verdict).length;
    const verdicts = JSON.parse(table.dataset.verdicts), chapters = JSON.parse(table.dataset.chapters);
    const asked = new URLSearchParams(location.search);
    const search = el("input", { type: "search", value: asked.get("q") || "", oninput: show, autocomplete: "off", spellcheck: "false" });
    const verdict = boxes("Verdict", verdicts.map((name) => [name, `${name} (${of(name)})`, name.replace(" ", "-")]), show);
    const chapter = select("Chapter", [["", "all chapters"], ...chapters], show);
    const found = el("p", { class: "eih-facts", role: "status" });
    const only = (name) => verdict.node.querySelectorAll("input").forEach((input) => { input.checked = !name || input.value === name; });
    const all = el("button", { type: "button", class: "eih-button", onclick: () => { clear(); show(); search.focus(); } }, "Show all rows");
    const unfold = el("button", { type: "button", class: "eih-button", "aria-pressed": "false", onclick: () => {
      const open = unfold.getAttribute("aria-pressed") === "false";
      unfold.setAttribute("aria-pressed", `${open}`);
      table.querySelectorAll("details").forEach((one) => { one.open = open; });
    } }, "Unfold every why");
    function clear() { search.value = ""; chapter.input.value = ""; only(""); }
    function show() {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean), kept = new Set(verdict.values()), where = chapter.value();
      let shown = 0;
      for (const one of groups) {
        let some = false;
        for (const row of one.rows) {
          const yes = kept.has(row.verdict) && (!where || where === one.chapter) &&
            words.every((word) => row.text.includes(word) || one.head.includes(word));
          row.row.hidden = !yes;
          some ||= yes;
          shown += yes;
        }
        one.body.hidden = !some;
      }
      found.textContent = shown === rows.length ? `All ${count(rows.length)} printed numbers and claims are shown.` :
        `${count(shown)} of ${count(rows.length)} printed numbers and claims are shown.`;
      const query = new URLSearchParams();
      if (search.value) query.set("q", search.value);
      if (kept.size === 1) query.set("verdict", [...kept][0]);
      if (where) query.set("chapter", where);
      const address = `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`;
      try { history.replaceState(null, "", address); } catch { /* a page opened from disk keeps its address */ }
    }
    function follow() {
      const body = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (!body || !table.contains(body)) return;
      if (body.hidden || [...body.rows].some((row) => row.hidden)) { clear(); show(); }
      body.querySelectorAll("details").forEach((one) => { one.open = true; });
      body.scrollIntoView({ block: "center" });
    }
    if (verdicts.includes(asked.get("verdict"))) only(asked.get("verdict"));
    if (chapters.some(([name]) => name === asked.get("chapter"))) chapter.input.value = asked.get("chapter");
    table.parentNode.previousElementSibling.append(
      field("Search", search, "eih-search"), chapter.node, verdict.node,
      el("div", { class: "eih-buttons" }, all, unfold), found);
    show();
    follow();
    addEventListener("hashchange", follow);
  }

  document.querySelectorAll("table[data-verdicts]").forEach(ledger);
})();
