// The tree of a draft by arrow keys and by its handles. Everything is posted by the page's own form; without this the buttons do all.
"use strict";

(() => {
  const form = document.getElementById("tree");
  const said = document.getElementById("tree-said");
  if (!form || !said) return;
  const folds = `tree-folds:${location.pathname}`;
  let sent = false;

  document.querySelectorAll(".tree-handle, .tree-scripted").forEach((one) => { one.hidden = false; });

  function send(fields) {
    if (sent) return;
    sent = true;
    for (const [name, value] of Object.entries(fields)) {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      input.value = value;
      form.append(input);
    }
    remember();
    form.submit();
  }

  // --- folds stay as they were, focus returns to what was moved, and a line says where it is now -----------------------------

  function foldKey(fold) {
    return fold.parentElement.dataset.clause;
  }

  function remember() {
    const state = {};
    form.querySelectorAll(".tree-below").forEach((fold) => { state[foldKey(fold)] = fold.open; });
    try { sessionStorage.setItem(folds, JSON.stringify(state)); } catch { /* folds begin anew */ }
  }

  function recall() {
    let state = {};
    try { state = JSON.parse(sessionStorage.getItem(folds) || "{}"); } catch { /* folds begin anew */ }
    form.querySelectorAll(".tree-below").forEach((fold) => {
      if (foldKey(fold) in state) fold.open = state[foldKey(fold)];
    });
  }

  form.addEventListener("submit", remember);
  recall();
  const at = form.dataset.at && document.getElementById(`c${form.dataset.at}`);
  if (at) {
    for (let above = at.parentElement.closest("details"); above; above = above.parentElement.closest("details")) above.open = true;
    at.classList.add("at");
    // after the browser has followed the fragment, which takes the focus away
    const back = () => setTimeout(() => {
      at.querySelector(".tree-handle").focus({ preventScroll: true });
      at.querySelector(".tree-row").scrollIntoView({ block: "center" });
    }, 0);
    if (document.readyState === "complete") back();
    else window.addEventListener("load", back);
  }
  const told = [...document.querySelectorAll(".messagelist li")].map((one) => one.textContent.trim()).join("　");
  if (told) setTimeout(() => { said.textContent = told; }, 100);

  // --- arrow keys on a handle --------------------------------------------------------------------------------------------------

  const keys = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "out", ArrowRight: "in" };

  form.addEventListener("keydown", (event) => {
    const handle = event.target.closest(".tree-handle");
    if (handle && event.key === "Escape") return stop();
    const way = handle && keys[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const row = handle.closest("li");
    const button = row.querySelector(`:scope > .tree-row button[value="${way}:${row.dataset.clause}"]`);
    if (button.disabled) {
      said.textContent = `${button.textContent}：${said.dataset.stuck}`;
      return;
    }
    send({ move: button.value });
  });

  // --- dragging ------------------------------------------------------------------------------------------------------------------

  let dragged = null;
  let drop = null;

  function clear() {
    if (drop) drop.row.classList.remove("drop-before", "drop-after", "drop-inside");
    drop = null;
  }

  function stop() {
    clear();
    if (dragged) dragged.classList.remove("dragged");
    dragged = null;
  }

  function placeUnder(x, y) {
    const under = document.elementFromPoint(x, y);
    const line = under && under.closest(".tree-row");
    const row = line && line.parentElement;
    if (!row || !form.contains(row) || dragged.contains(row)) return null;
    const box = line.getBoundingClientRect();
    const part = (y - box.top) / box.height;
    const bound = "paragraph" in dragged.dataset;
    let how = part < 0.3 ? "before" : part > 0.7 ? "after" : "inside";
    if (how === "inside" && (bound || "paragraph" in row.dataset)) how = part < 0.5 ? "before" : "after";
    if (bound && row.parentElement !== dragged.parentElement) return null;
    return { row, how };
  }

  form.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".tree-handle");
    if (!handle || event.button !== 0) return;
    dragged = handle.closest("li");
    handle.setPointerCapture(event.pointerId);
    dragged.classList.add("dragged");
  });

  form.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    clear();
    drop = placeUnder(event.clientX, event.clientY);
    if (drop) drop.row.classList.add(`drop-${drop.how}`);
    if (event.clientY < 60) window.scrollBy(0, -20);
    if (event.clientY > window.innerHeight - 60) window.scrollBy(0, 20);
  });

  form.addEventListener("pointerup", () => {
    const place = drop;
    const moved = dragged;
    stop();
    if (!place || !moved) return;
    const above = place.how === "inside" ? place.row : place.row.parentElement.closest("li");
    let next = place.how === "before" ? place.row : place.how === "after" ? place.row.nextElementSibling : null;
    if (next === moved) next = moved.nextElementSibling;
    send({ clause: moved.dataset.clause, parent: above ? above.dataset.clause : "", before: next ? next.dataset.clause : "" });
  });

  form.addEventListener("pointercancel", stop);
})();
