// Draws what Python sends, as elements and text and never as HTML, and tells Python what was pressed.

const TAGS = new Set(
  "p div span strong bdi mark code table caption thead tbody tr th td button progress img ul li dl dt dd pre".split(" ")
);
const ATTRIBUTE = /^(class|scope|colspan|dir|alt|src|max|value|type|title|role|data-[a-z-]+|aria-[a-z]+)$/;

function build(node) {
  if (!Array.isArray(node)) return document.createTextNode(String(node));
  const [tag, attributes, ...children] = node;
  const made = document.createElement(TAGS.has(tag) ? tag : "span");
  for (const [name, value] of Object.entries(attributes)) {
    if (!ATTRIBUTE.test(name) || (name === "src" && !value.startsWith("data:image/svg+xml;base64,"))) continue;
    made.setAttribute(name, value);
  }
  made.append(...children.map(build));
  return made;
}

// Whoever works with the keyboard stays where they were: on the same button, on the row that is current now, or on the
// sheet itself.
function draw(el, content) {
  const active = el.contains(document.activeElement) ? document.activeElement : null;
  const { do: done, of } = active?.dataset ?? {};
  el.replaceChildren(...content.map(build));
  const current = el.querySelector("[aria-current=true]");
  if (current) {
    const [row, view] = [current.getBoundingClientRect(), el.getBoundingClientRect()];
    if (row.top < view.top) el.scrollTop -= view.top - row.top;
    if (row.bottom > view.bottom) el.scrollTop += row.bottom - view.bottom;
  }
  if (!active || active === el) return;
  const buttons = [...el.querySelectorAll("button")];
  const again =
    (done === "go" && current?.querySelector("button")) ||
    buttons.find((one) => one.dataset.do === done && one.dataset.of === of) ||
    el;
  again.focus({ preventScroll: true });
}

// Between a press and Python's answer nothing else is taken: on a slow kernel a second press would decide about the next
// pair, which nobody has seen yet. For the same reason the second half of a double click and a held key count for nothing.
// Keys that only move may be held; of those pressed meanwhile the last one is sent on.
function guard(model, panel) {
  let waiting = null;
  const send = (key) => {
    panel().dataset.ckBusy = "";
    model.send({ key });
  };
  const typing = (target) =>
    target.closest("select, textarea, [contenteditable=true], input:not([type=checkbox]):not([type=radio])");

  const onKey = (event) => {
    const root = panel();
    if (!root?.contains(event.target)) return;
    const chord = event.ctrlKey || event.metaKey || event.altKey;
    // JupyterLab's own single keys would cut, move or undo the cell beneath.
    root.toggleAttribute("data-lm-suppress-shortcuts", !chord);
    if (chord || typing(event.target)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const moves = model.get("moves").includes(key);
    if (event.repeat && !moves && event.target.closest("button")) return event.preventDefault();
    if (!moves && !model.get("listens").includes(key)) return;
    if (key.startsWith("Arrow") && !event.target.closest("[data-rows]")) return;
    event.preventDefault();
    if (event.repeat && !moves) return;
    if (!("ckBusy" in root.dataset)) send(key);
    else if (moves) waiting = key;
  };

  const onClick = (event) => {
    const root = panel();
    const button = event.target.closest?.("button");
    if (!button || !root?.contains(button)) return;
    if ("ckBusy" in root.dataset || (event.detail > 1 && button.closest(".ck-decides"))) {
      event.stopImmediatePropagation();
      event.preventDefault();
      return;
    }
    root.dataset.ckBusy = "";
  };

  // A button that is switched off or hidden while it has the focus lets it fall out of the panel, and the keys with it. It goes
  // to the button after it, or else before it, that can be pressed; unless the person has gone elsewhere themselves.
  let held = null;
  const onFocus = ({ target }) => (held = panel()?.contains(target) ? target : null);
  const onPointer = ({ target }) => panel()?.contains(target) || (held = null);
  const keepFocus = () => {
    const root = panel();
    const fallen = document.activeElement === document.body || document.activeElement === held;
    if (!root || !held?.isConnected || !fallen || (!held.disabled && held.offsetParent)) return;
    const open = [...root.querySelectorAll("button:enabled")].filter((one) => one.offsetParent);
    const after = open.find((one) => held.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
    (after ?? open.at(-1))?.focus({ preventScroll: true });
  };

  const heard = [["keydown", onKey], ["click", onClick], ["focusin", onFocus], ["pointerdown", onPointer]];
  for (const [name, does] of heard) window.addEventListener(name, does, true);
  const stop = () => {
    for (const [name, does] of heard) window.removeEventListener(name, does, true);
  };
  const answered = () => {
    delete panel()?.dataset.ckBusy;
    const key = waiting;
    waiting = null;
    if (key && panel()) send(key);
    setTimeout(keepFocus, 50); // once the buttons are drawn as they are now
  };
  return { stop, answered };
}

// The text is marked too: where a browser keeps its clipboard to itself (a page without TLS), Ctrl+C does the rest.
async function copy(text) {
  window.getSelection().selectAllChildren(text);
  try {
    await navigator.clipboard.writeText(text.textContent);
    return "copied";
  } catch {
    return "marked";
  }
}

function render({ model, el }) {
  const panel = () => el.closest(".ck-panel");
  const guarding = model.get("listens").length + model.get("moves").length ? guard(model, panel) : null;
  el.classList.add("ck-sheet");
  if (model.get("role")) el.setAttribute("role", model.get("role"));
  if (model.get("label")) el.setAttribute("aria-label", model.get("label"));
  // What can be scrolled can be reached with the keyboard.
  const fit = () => {
    const scrolls = el.scrollWidth > el.clientWidth || el.scrollHeight > el.clientHeight;
    if (model.get("focusable") || scrolls) el.tabIndex = 0;
    else if (el !== document.activeElement) el.removeAttribute("tabindex");
  };
  const fitting = new ResizeObserver(fit);
  fitting.observe(el);

  const heard = (message) => {
    if (message.content) draw(el, message.content);
    fit();
    if (message.answered) guarding?.answered();
  };
  const pressed = async (event) => {
    const { do: done, of } = event.target.closest("[data-do]")?.dataset ?? {};
    if (done === "copy") model.send({ do: done, of: await copy(el.querySelector("pre")) });
    else if (done) model.send({ do: done, of });
  };
  model.on("msg:custom", heard);
  el.addEventListener("click", pressed);
  model.send({ ready: true });
  return () => {
    model.off("msg:custom", heard);
    guarding?.stop();
    fitting.disconnect();
  };
}

export default { render };
