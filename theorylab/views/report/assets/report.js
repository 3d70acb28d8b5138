// The list of studies: search, filters, and their state in the address, so that a list can be linked to.
"use strict";
(() => {
  const form = document.getElementById("filters");
  const count = document.getElementById("count");
  const nothing = document.getElementById("nothing");
  const names = ["words", "family", "paper", "verdict", "finding", "source"];
  const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  const sections = [...document.querySelectorAll("section.paper")].map((section) => ({
    section,
    studies: [...section.querySelectorAll("li.study")].map((item) => ({
      item,
      text: plain([item.textContent, item.dataset.words, section.dataset.words,
                   section.querySelector("h3").textContent].join(" ")),
      data: item.dataset,
    })),
  }));
  const total = sections.reduce((sum, one) => sum + one.studies.length, 0);

  const fits = (study, wanted, words) =>
    words.every((word) => study.text.includes(word)) &&
    (!wanted.family || study.data.family === wanted.family) &&
    (!wanted.paper || study.data.paper === wanted.paper) &&
    (!wanted.verdict || study.data.verdicts.split(" ").includes(wanted.verdict)) &&
    (!wanted.finding || (wanted.finding === "*" ? study.data.finding !== "" : study.data.finding === wanted.finding)) &&
    (!wanted.source || study.data.source === wanted.source);

  const show = () => {
    const wanted = Object.fromEntries(names.map((name) => [name, form.elements[name].value.trim()]));
    const words = plain(wanted.words).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { section, studies } of sections) {
      let here = 0;
      for (const study of studies) {
        const fit = fits(study, wanted, words);
        if (study.item.hidden === fit) study.item.hidden = !fit;
        here += fit;
      }
      section.hidden = here === 0;
      shown += here;
    }
    const studies = total === 1 ? "study" : "studies";
    count.textContent = shown === total ? `${total} ${studies}` : `${shown} of ${total} ${studies}`;
    nothing.hidden = shown > 0;
    return wanted;
  };

  const remember = (wanted) => {
    const kept = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value));
    const address = kept.size || [...kept].length ? `#${kept}` : " ";
    history.replaceState(null, "", address.trim() || location.pathname + location.search);
  };

  const recall = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    if (location.hash && !names.some((name) => given.has(name))) return;
    for (const name of names) form.elements[name].value = given.get(name) || "";
    show();
    if (names.some((name) => given.has(name))) document.getElementById("studies").scrollIntoView();
  };

  form.hidden = false;
  form.addEventListener("input", () => remember(show()));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => remember(show())));
  window.addEventListener("hashchange", recall);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(input|select|textarea)$/i.test(event.target.tagName)) {
      event.preventDefault();
      form.elements.words.focus();
    }
  });
  recall();
})();
