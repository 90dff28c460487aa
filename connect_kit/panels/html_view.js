// Draws what Python sends, as elements and text and never as HTML, and reports to Python what was pressed.

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
// view itself.
function draw(el, content) {
  const active = el.contains(document.activeElement) ? document.activeElement : null;
  const { action, value } = active?.dataset ?? {};
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
    (action === "go" && current?.querySelector("button")) ||
    buttons.find((one) => one.dataset.action === action && one.dataset.value === value) ||
    el;
  again.focus({ preventScroll: true });
}

// Between a press and Python's answer nothing else is accepted: on a slow kernel a second press would decide the next
// pair, which nobody has seen yet. For the same reason the second half of a double click and a held key are ignored.
// Keys that only move may be held down; of those pressed meanwhile the last one is sent.
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
    const moves = model.get("moving_keys").includes(key);
    if (event.repeat && !moves && event.target.closest("button")) return event.preventDefault();
    if (!moves && !model.get("deciding_keys").includes(key)) return;
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

  // A button that is disabled or hidden while it has the focus drops it out of the panel, and the keys stop working. The
  // focus then goes to the next button that can be pressed, or else to the last one; unless the person went elsewhere.
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

  const listeners = [["keydown", onKey], ["click", onClick], ["focusin", onFocus], ["pointerdown", onPointer]];
  for (const [name, handler] of listeners) window.addEventListener(name, handler, true);
  const stop = () => {
    for (const [name, handler] of listeners) window.removeEventListener(name, handler, true);
  };
  const answered = () => {
    delete panel()?.dataset.ckBusy;
    const key = waiting;
    waiting = null;
    if (key && panel()) send(key);
    setTimeout(keepFocus, 50); // after the buttons have been redrawn
  };
  return { stop, answered };
}

// The text is selected too: where a browser denies access to its clipboard (a page without TLS), Ctrl+C does the rest.
async function copy(text) {
  window.getSelection().selectAllChildren(text);
  try {
    await navigator.clipboard.writeText(text.textContent);
    return "copied";
  } catch {
    return "selected";
  }
}

function render({ model, el }) {
  const panel = () => el.closest(".ck-panel");
  const guarding = model.get("deciding_keys").length + model.get("moving_keys").length ? guard(model, panel) : null;
  el.classList.add("ck-view");
  if (model.get("role")) el.setAttribute("role", model.get("role"));
  if (model.get("label")) el.setAttribute("aria-label", model.get("label"));
  // Whatever scrolls can be reached with the keyboard.
  const fit = () => {
    const scrolls = el.scrollWidth > el.clientWidth || el.scrollHeight > el.clientHeight;
    if (model.get("focusable") || scrolls) el.tabIndex = 0;
    else if (el !== document.activeElement) el.removeAttribute("tabindex");
  };
  const fitting = new ResizeObserver(fit);
  fitting.observe(el);

  const onMessage = (message) => {
    if (message.content) draw(el, message.content);
    fit();
    if (message.answered) guarding?.answered();
  };
  const onPress = async (event) => {
    const { action, value } = event.target.closest("[data-action]")?.dataset ?? {};
    if (action === "copy") model.send({ action, value: await copy(el.querySelector("pre")) });
    else if (action) model.send({ action, value });
  };
  model.on("msg:custom", onMessage);
  el.addEventListener("click", onPress);
  model.send({ ready: true });
  return () => {
    model.off("msg:custom", onMessage);
    guarding?.stop();
    fitting.disconnect();
  };
}

export default { render };
