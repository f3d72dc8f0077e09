/* What buttons of the theme and of viewers do: the pages allow no script in an attribute
   (book/_ext/security.py). A viewer runs in a box of its own, out of which it reaches nothing. */
(() => {
  const DOES = {
    print: () => window.print(),
    fullscreen: () => window.toggleFullScreen(),
    viewer: (button) => {
      const frame = document.createElement("iframe");
      frame.sandbox = "allow-scripts";
      frame.src = button.parentElement.dataset.viewer;
      frame.title = button.dataset.title;
      frame.style.cssText = "width:100%;aspect-ratio:2.4;border:0;background:#fff";
      button.replaceWith(frame);
      frame.focus();
    },
  };

  addEventListener("click", (event) => {
    const button = event.target.closest("[data-press]");
    if (button) DOES[button.dataset.press](button);
  });
})();
