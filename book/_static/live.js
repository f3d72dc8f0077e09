/* Live code on a chapter's page. Nothing is asked of another host before the button is pressed.
   Pressed, it loads thebe (checked against the checksum below), asks Binder for a machine, opens the
   cells of the page for changes, and runs all of them once so that every name is there. */
(() => {
  const THEBE = "https://unpkg.com/thebe@0.9.3/lib/";
  const CHECKSUM = "sha384-jD7u+icBMbuPUkzq2VCHol9Rd0VnPVjvTI8ZHQsQEZdbmH9gWMdD732B8Dli6Gej";

  const load = (tag, attributes) =>
    new Promise((done, failed) => {
      const element = Object.assign(document.createElement(tag), attributes);
      element.onload = done;
      element.onerror = () => failed(new Error("The program thebe could not be loaded."));
      document.head.append(element);
    });

  /* Mark what thebe is to run, in the order of the notebook: the cells that the page shows, and in
     between, unseen, those that it does not show but that others build on. */
  function markCells(notebook) {
    const shown = [...document.querySelectorAll(".bd-article div.cell")];
    for (const cell of notebook.cells.filter((one) => one.cell_type === "code")) {
      const tags = cell.metadata.tags || [];
      const unseen = document.createElement("div");
      unseen.hidden = true;
      unseen.innerHTML = '<pre data-executable></pre><div data-output></div>';
      unseen.firstChild.textContent = [].concat(cell.source).join("");
      if (tags.includes("remove-cell")) {
        if (shown.length) shown[0].before(unseen);
        continue;
      }
      const place = shown.shift();
      const code = place.querySelector(".cell_input pre");
      if (!code) {
        place.prepend(unseen);
        continue;
      }
      code.setAttribute("data-executable", "");
      code.parentElement.querySelectorAll("button.copybtn").forEach((copy) => copy.remove());
      const output = place.querySelector(".cell_output") || document.createElement("div");
      output.setAttribute("data-output", "");
      place.append(output);
    }
  }

  async function start(button) {
    const status = document.createElement("p");
    status.className = "eih-live-status";
    status.setAttribute("role", "status");
    button.parentElement.append(status);
    button.disabled = true;
    const tell = (text) => { status.textContent = text; };
    try {
      tell("Loading the program that runs code in a page …");
      const source = document.querySelector(".eih-launch a[download]").href;
      const notebook = await (await fetch(source)).json();
      markCells(notebook);
      load("link", { rel: "stylesheet", href: `${THEBE}thebe.css` }).catch(() => {});
      await load("script", { src: `${THEBE}index.js`, integrity: CHECKSUM, crossOrigin: "anonymous" });
      const [host, ...place] = button.dataset.repository.split("/");
      const ref = place.pop();
      let waiting = true;
      window.thebe.on("status", (_, news) => { if (waiting) tell(`Binder: ${news.message}`); });
      tell("Asking Binder for a machine; the first time this takes minutes …");
      const { notebook: live } = await window.thebe.bootstrap({
        useBinder: true,
        requestKernel: true,
        mathjaxUrl: "", // the page has set its formulas already
        codeMirrorConfig: {
          lineNumbers: false,
          theme: document.documentElement.dataset.theme === "dark" ? "darcula" : "default",
        },
        mountRestartButton: false,
        mountRestartAllButton: false,
        binderOptions: {
          binderUrl: button.dataset.binder,
          repo: decodeURIComponent(place.join("/")),
          ref,
          repoProvider: host === "gh" ? "github" : "gitlab",
        },
        kernelOptions: { kernelName: "python3", path: `${button.dataset.name}.ipynb` },
      });
      waiting = false;
      tell("The machine is there. Running every cell once …");
      await live.executeAll();
      tell("Ready: change a cell and press run, or Shift and Enter in it.");
    } catch (problem) {
      tell(`This did not work: ${problem.message || problem} Reload the page to try again.`);
    }
  }

  document.querySelectorAll("button.eih-live").forEach((button) => {
    if (location.protocol.startsWith("http")) {
      button.hidden = false;
      button.addEventListener("click", () => start(button));
    }
  });
})();
