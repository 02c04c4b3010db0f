"use strict";
// Completion for the text of a rule: keys, operators and the names of this desk. Everything works without it.
(() => {
  const text = document.getElementById("rule-text"), list = document.getElementById("words");
  let known = null, at = 0, start = 0;
  document.getElementById("complete").hidden = false;
  const load = async () => {
    if (known) return known;
    const answer = await fetch("/try/words.json");
    if (!answer.ok) return [];
    const found = await answer.json();
    known = [...found.keys.map(word => word + ": "), ...found.operators.map(word => word + ": "), ...found.names];
    known = [...new Set(known)];
    return known;
  };
  const word = () => {
    const before = text.value.slice(0, text.selectionStart);
    return before.match(/[$\w-]*$/)[0];
  };
  const close = () => { list.hidden = true; list.replaceChildren(); text.removeAttribute("aria-activedescendant"); };
  const mark = () => {
    [...list.children].forEach((each, number) => each.setAttribute("aria-selected", String(number === at)));
    const chosen = list.children[at];
    if (chosen) { text.setAttribute("aria-activedescendant", chosen.id); chosen.scrollIntoView({ block: "nearest" }); }
  };
  const take = made => {
    text.setRangeText(made, start, text.selectionStart, "end");
    close();
    text.focus();
  };
  const open = async () => {
    const typed = word(), all = await load();
    const found = all.filter(each => each.startsWith(typed) && each.trim() !== typed + ":").slice(0, 40);
    if (!found.length) { close(); return; }
    start = text.selectionStart - typed.length;
    at = 0;
    list.replaceChildren(...found.map((each, number) => {
      const item = document.createElement("li");
      item.textContent = each.trim();
      item.id = "word-" + number;
      item.setAttribute("role", "option");
      item.addEventListener("mousedown", event => { event.preventDefault(); take(each); });
      return item;
    }));
    list.hidden = false;
    mark();
  };
  text.setAttribute("aria-controls", "words");
  text.addEventListener("keydown", event => {
    if (event.ctrlKey && event.key === " ") { event.preventDefault(); open(); return; }
    if (list.hidden) return;
    const all = list.children;
    if (event.key === "ArrowDown") at = (at + 1) % all.length;
    else if (event.key === "ArrowUp") at = (at + all.length - 1) % all.length;
    else if (event.key === "Enter" || event.key === "Tab") { event.preventDefault(); const whole = known.find(each => each.trim() === all[at].textContent); take(whole); return; }
    else if (event.key === "Escape") { event.preventDefault(); close(); return; }
    else return;
    event.preventDefault();
    mark();
  });
  text.addEventListener("input", () => { if (!list.hidden || /\$[\w-]*$/.test(text.value.slice(0, text.selectionStart))) open(); });
  text.addEventListener("blur", () => setTimeout(close, 150));
})();
