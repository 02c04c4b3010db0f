"use strict";
// Keys go to the page as soon as it can take them: those pressed before that, or while it is left for the next, wait.
window.boardKeys = (() => {
  const STORED = "keys", OLD = 5000;  // ms after which a key that waited is forgotten
  let take = null, leaving = false, waiting = [];
  try { waiting = JSON.parse(sessionStorage.getItem(STORED)) || []; } catch { /* no storage, or not ours */ }
  const store = keys => { try { sessionStorage.setItem(STORED, JSON.stringify(keys)); } catch { /* then they are lost */ } };
  store([]);
  let passed = [];  // what was pressed since the page is being left
  const give = (pressed, seen) => {
    if (leaving) { passed.push(pressed); store(passed); return true; }
    return take(pressed.key, pressed.at, seen);
  };
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("input, select, textarea") || document.querySelector("dialog[open]")) return;
    const pressed = { key: event.key, at: performance.timeOrigin + event.timeStamp };
    if (!take) waiting.push(pressed);
    else if (give(pressed, true)) event.preventDefault();
  });
  const stay = () => { leaving = false; passed = []; store([]); };
  window.addEventListener("pageshow", event => { if (event.persisted) stay(); });
  return {
    // goes to another page, which gets what is pressed until it is there
    go(url) { leaving = true; setTimeout(stay, OLD); location.href = url; },
    // gives each key to `taker` from now on, first those that waited: as not seen, since nobody saw the page then
    to(taker) {
      take = taker;
      for (const each of waiting) if (Date.now() - each.at < OLD) give(each, false);
    },
  };
})();
