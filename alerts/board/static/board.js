"use strict";
// What the board does beyond what works without it: keys, news without losing one's place, a banner when it is stale.
(() => {
  const lost = document.getElementById("lost");
  const list = () => document.getElementById("list");
  const LOST_AFTER = 25000, BROKEN_AFTER = 5000, RENEWED = 60000, FIRST = 5000, AGAIN = 10000, SEEN = 1500;  // ms without a sign of the board; ms after which times are written anew, the first time for what came between page and connection; ms after which a refused board is asked again; ms after which what came under the chosen card counts as seen
  let version = "", unrenewed = "", heard = Date.now(), renewed = Date.now() - RENEWED + FIRST, renewing = false, behind = false, chosen = null, prefix = 0, exchanged = {};

  // -- stale or not ------------------------------------------------------------------------------------------
  const OLD = "OLD - ";  // before the title: a tab that is not in front says it as well
  const title = document.title.startsWith(OLD) ? document.title.slice(OLD.length) : document.title;
  let aged = title !== document.title, rung = 0;
  const entitle = () => {
    const made = `${aged ? OLD : ""}${rung ? `(${rung} flash) ` : ""}${title}`;
    if (document.title !== made) document.title = made;
  };
  const say = (words, isOld) => {
    if (lost.textContent !== words) lost.textContent = words;
    lost.hidden = !words;
    aged = isOld;
    document.documentElement.classList.toggle("stale", aged);
    entitle();
  };
  let told = { words: lost.textContent, old: aged };  // as the page came
  const tell = () => say([told.words, unrenewed].filter(Boolean).join(" "), told.old || Boolean(unrenewed));
  const stale = () => say(`The board has not answered for ${Math.round((Date.now() - heard) / 1000)} s: what you see may be old.`, true);
  let broken = 0;
  setInterval(() => { if (Date.now() - heard > LOST_AFTER || (broken && Date.now() - broken > BROKEN_AFTER)) stale(); }, 1000);

  function listen() {
    const news = new EventSource("/live");
    news.onerror = () => {
      broken = broken || Date.now();
      if (news.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN);  // refused: a browser does not try that again
    };
    news.onmessage = hear;
  }
  const hear = event => {
    const news = JSON.parse(event.data);
    heard = Date.now();
    broken = 0;
    told = news;
    tell();
    const changed = version && news.version !== version;
    version = news.version;
    behind = behind || changed;
    if (behind || unrenewed || Date.now() - renewed > RENEWED) renew();
  };
  listen();

  // -- news without losing one's place: the same page is asked again, and what differs is put in its place -----
  const busy = () => list().contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
  async function renew() {
    if (!list() || !("live" in list().dataset) || renewing || busy()) return;
    renewing = true;
    behind = false;  // set again by news that come meanwhile, which the answer may lack
    try {
      const answer = await fetch(location.href, { headers: { "X-Renew": "1" } });
      unrenewed = answer.ok ? "" : `The board could not renew this page (${answer.status}): what you see may be old.`;
      tell();
      if (unrenewed) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("list");
      if (fresh) replace(list(), fresh);
      for (const id of ["as-of", "sum"]) {
        const old = document.getElementById(id), now = page.getElementById(id);
        if (old && now) old.textContent = now.textContent;
      }
      renewed = Date.now();
    } catch { behind = true; /* the connection is gone: the banner says so when it stays gone */ } finally { renewing = false; }
  }
  function replace(old, fresh) {
    const anchor = chosen || [...old.children].find(each => each.getBoundingClientRect().bottom > 0);
    const top = anchor ? anchor.getBoundingClientRect().top : 0, id = anchor && anchor.id;
    const focus = document.activeElement && old.contains(document.activeElement) ? path(document.activeElement) : "";
    const known = new Set([...old.querySelectorAll("[id]")].map(each => each.id));
    const open = [...old.querySelectorAll("[id] details[open]")].map(each => [each.closest("[id]").id, each.className]);
    const glowing = new Set([...old.querySelectorAll(".fresh")].map(each => each.id));
    const wasChosen = chosen && chosen.id, aims = ORDERED.map(aim);
    old.replaceChildren(...fresh.childNodes);
    const came = [...old.querySelectorAll("li.story[id], .also li[id]")].filter(each => !known.has(each.id));
    for (const each of old.querySelectorAll("li[id]")) if (glowing.has(each.id) || came.includes(each)) each.classList.add("fresh");
    ring(came.filter(each => each.classList.contains("flash")).length);
    for (const [home, kind] of open) [...document.getElementById(home)?.querySelectorAll("details") ?? []].find(each => each.className === kind)?.setAttribute("open", "");
    chosen = wasChosen ? document.getElementById(wasChosen)?.closest("li.story") : null;  // another report may lead its event now
    chosen?.classList.add("chosen");
    if (wasChosen) ORDERED.forEach((name, at) => { if (aims[at] !== aim(name)) exchanged[name] = Date.now(); });
    const now = id && document.getElementById(id);
    if (now && window.scrollY) window.scrollBy(0, now.getBoundingClientRect().top - top);
    if (focus) document.querySelector(focus)?.focus({ preventScroll: true });
  }
  function path(element) {
    const home = element.closest("[id]");
    if (!home || home === element) return element.id ? `#${CSS.escape(element.id)}` : "";
    const like = [...home.querySelectorAll(element.localName)].indexOf(element);
    return like < 0 ? "" : `#${CSS.escape(home.id)} ${element.localName}`;
  }

  // -- sound and a mark in the title for flash, where a reader asked for them ---------------------------------
  const bell = document.getElementById("bell");
  bell.hidden = false;
  bell.control.checked = localStorage.getItem("bell") === "1";
  bell.control.addEventListener("change", () => { localStorage.setItem("bell", bell.control.checked ? "1" : "0"); if (bell.control.checked) sound(); });
  function ring(flashes) {
    if (!flashes || !bell.control.checked) return;
    rung += flashes;
    entitle();
    sound();
  }
  function sound() {
    const audio = new AudioContext(), tone = audio.createOscillator(), volume = audio.createGain();
    tone.connect(volume).connect(audio.destination);
    volume.gain.value = 0.2;
    tone.start();
    tone.stop(audio.currentTime + 0.4);
    tone.onended = () => audio.close();
  }
  window.addEventListener("focus", () => { rung = 0; entitle(); });

  // -- orders without leaving the page ----------------------------------------------------------------------------
  document.addEventListener("submit", async event => {
    const form = event.target;
    if (form.method !== "post" || !form.matches(".order") || !list() || !("live" in list().dataset)) return;
    event.preventDefault();
    let words, good = false;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
      const told = await answer.json();
      words = told.said || told.error;
      good = answer.ok;
    } catch { words = "The board does not answer; nothing was done."; }
    notice(words, good);
    if (good) renew();
  });
  function notice(words, good) {
    const place = document.getElementById("notice");
    place.className = `banner ${good ? "good" : "bad"}`;
    place.textContent = words;
  }

  // -- keys --------------------------------------------------------------------------------------------------------
  const stories = () => [...document.querySelectorAll("li.story[data-url]")];
  function choose(step) {
    const all = stories(), at = all.indexOf(chosen);
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
    if (!next) return;
    chosen?.classList.remove("chosen");
    chosen = next;
    chosen.classList.add("chosen");
    chosen.querySelector("h2 a, h3 a")?.focus({ preventScroll: true });
    chosen.scrollIntoView({ block: "nearest" });
  }
  const here = () => chosen || document.querySelector("article.one");
  const ORDERED = ["ack", "mute", "not-relevant"];
  const aim = name => { const found = chosen?.querySelector(`[data-order="${name}"]`); return found?.action || found?.href; };  // what its key acts on
  const press = name => {
    if (Date.now() - exchanged[name] < SEEN && aim(name)) {
      notice("This card has changed just now, and nothing was done: read it and press again.", false);
      return;
    }
    const found = here()?.querySelector(`[data-order="${name}"]`);
    if (!found) {
      const may = document.querySelector(".who form"), signIn = document.querySelector('.who a[href^="/sign-in"]');
      if (!may) notice(signIn ? "Sign in first: you may only read here." : "This board is read only: nobody can sign in here.", false);
      return;
    }
    if (found.localName === "form") found.requestSubmit();
    else found.click();
  };
  const go = window.boardKeys.go;
  const keys = {
    j: () => choose(1),
    k: () => choose(-1),
    o: () => { if (chosen) go(chosen.dataset.url); },
    v: () => { const url = here()?.dataset.outside; if (url) window.open(url, "_blank", "noopener,noreferrer"); },
    a: () => press("ack"),
    m: () => press("mute"),
    x: () => press("not-relevant"),
    e: () => { if (chosen) go(`${chosen.dataset.url}?why=1#why`); else document.querySelector('article.one [data-order="explain"]')?.click(); },
    "/": () => { const field = document.querySelector('input[type="search"]'); if (field) field.focus(); else { const link = document.querySelector('nav a[data-key="/"]'); if (link) go(link.href); } },
    "?": () => document.getElementById("keys").showModal(),
  };
  const PREFIX = 5000, ORDERS = "amxv";  // ms that "g" waits for its letter; keys for what is on the screen
  window.boardKeys.to((key, at, seen) => {
    const page = at - prefix < PREFIX;
    prefix = key === "g" && !page ? at : 0;
    if (prefix) return true;
    if (page) {
      const link = document.querySelector(`nav a[data-key="${CSS.escape(key)}"]`);
      if (link) go(link.href);
      return Boolean(link);
    }
    if (!Object.hasOwn(keys, key) || (!seen && ORDERS.includes(key))) return false;
    keys[key]();
    return true;
  });
  // a link to what a closed part holds opens it
  const openTarget = () => { const target = location.hash && document.getElementById(location.hash.slice(1)); if (target?.localName === "details") target.open = true; };
  window.addEventListener("hashchange", openTarget);
  openTarget();
})();
