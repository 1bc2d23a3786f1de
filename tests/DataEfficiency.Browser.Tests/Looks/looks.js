// What is wrong with how a page looks; run inside it by LooksTests. Each fault is one line.
(() => {
  const shown = e => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !e.closest(".visually-hidden, .skip");
  const name = e => {
    const words = (e.textContent || e.value || e.getAttribute("aria-label") || "").trim().replace(/\s+/g, " ").slice(0, 40);
    const classes = typeof e.className === "string" && e.className ? "." + e.className.trim().split(/\s+/).join(".") : "";
    return `${e.tagName.toLowerCase()}${classes} “${words}”`;
  };

  // every colour that is drawn is one of the variables at the top of app.css
  const colours = () => {
    const probe = document.body.appendChild(document.createElement("i")), allowed = new Set(["rgba(0, 0, 0, 0)"]);
    for (const token of ["bg", "surface", "line", "ink", "muted", "accent", "accent-soft", "on-accent", "band", "good", "good-soft", "warn",
      "warn-soft", "target"]) {
      probe.style.color = `var(--${token})`;
      allowed.add(getComputedStyle(probe).color);
    }
    probe.remove();
    const faults = new Set();
    const check = (e, what, value) => {
      for (const colour of value.match(/(rgba?|color|oklab|hsla?)\([^)]*\)/g) ?? [])
        if (!allowed.has(colour) && !/, 0\)$/.test(colour)) faults.add(`${what} ${colour} of ${name(e)}`);
    };
    const look = (e, pseudo) => {
      const s = getComputedStyle(e, pseudo), drawn = e instanceof SVGElement && !(e instanceof SVGSVGElement);
      if (pseudo && (s.content === "none" || s.content === "normal") && pseudo !== "::placeholder") return;
      // a box to tick has no words
      if (!["checkbox", "radio"].includes(e.type)) check(e, "colour", s.color);
      if (pseudo === "::placeholder") return;
      check(e, "background", s.backgroundColor);
      check(e, "background", s.backgroundImage);
      check(e, "shadow", s.boxShadow === "none" ? "" : s.boxShadow);
      if (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) check(e, "outline", s.outlineColor);
      for (const side of ["Top", "Right", "Bottom", "Left"])
        if (s[`border${side}Style`] !== "none" && parseFloat(s[`border${side}Width`]) > 0) check(e, "border", s[`border${side}Color`]);
      if (!drawn) return;
      if (s.fill !== "none") check(e, "fill", s.fill);
      if (s.stroke !== "none") check(e, "stroke", s.stroke);
    };
    for (const e of document.body.querySelectorAll("*")) {
      if (["SCRIPT", "STYLE", "OPTION", "TITLE"].includes(e.tagName) || !shown(e)) continue;
      look(e);
      look(e, "::before");
      look(e, "::after");
      if (e.placeholder && !e.value) look(e, "::placeholder");
    }
    return [...faults];
  };

  // words are whole, inside their page and card, and never on each other
  const places = () => {
    const faults = new Set();
    const width = document.documentElement.scrollWidth;
    if (width > innerWidth) faults.add(`the page scrolls sideways: ${width} px in ${innerWidth}`);
    const clips = new Map();
    // what the boxes around an element leave of the page to be seen
    const clipOf = e => {
      if (!e || e === document.documentElement) return { left: -1e9, top: -1e9, right: 1e9, bottom: 1e9 };
      if (clips.has(e)) return clips.get(e);
      const outer = clipOf(e.parentElement), s = getComputedStyle(e), box = e.getBoundingClientRect();
      const clip = s.overflow === "visible" || e === document.body ? outer : {
        left: Math.max(outer.left, box.left), top: Math.max(outer.top, box.top),
        right: Math.min(outer.right, box.right), bottom: Math.min(outer.bottom, box.bottom),
      };
      clips.set(e, clip);
      return clip;
    };
    // what lies over the page is looked at alone
    const top = document.querySelector(".mud-dialog, .mud-popover-open") ?? document.body;
    const words = [], walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT), range = document.createRange();
    const whole = e => e.closest("[title], button, a, .line") || e.querySelector("[title]");
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const e = node.parentElement;
      if (!node.data.trim() || !e || ["SCRIPT", "STYLE", "OPTION", "TITLE", "TEXTAREA"].includes(e.tagName) || !shown(e)) continue;
      // the settings' button sticks over what scrolls below it, as the keys of the label page do
      if (e.closest("svg, .keys, .actions.save, .reconnect, .mud-popover:not(.mud-popover-open)")) continue;
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        const clip = clipOf(e), seen = {
          left: Math.max(box.left, clip.left), right: Math.min(box.right, clip.right),
          top: Math.max(box.top, clip.top), bottom: Math.min(box.bottom, clip.bottom),
        };
        if (seen.right - seen.left < 2 || seen.bottom - seen.top < 4) continue;
        words.push({ ...seen, e });
        const card = e.closest(".card, .top, .mud-dialog")?.getBoundingClientRect();
        if (seen.right > innerWidth + 1 || card && seen.right > card.right + 1) faults.add(`beyond its card: ${name(e)}`);
      }
      const cut = e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && getComputedStyle(e).overflowX === "hidden"
        || e.scrollHeight > e.clientHeight + 2 && e.clientHeight > 0 && getComputedStyle(e).overflowY === "hidden";
      // a line of a list that opens, or says the whole on hover, may be an excerpt
      if (cut && !whole(e)) faults.add(`cut: ${name(e)}`);
    }
    for (const field of top.querySelectorAll("input:not([type=file], [type=checkbox], [type=radio], [type=hidden]), textarea")) {
      if (!shown(field) || field.type === "password") continue;
      if (field.value && field.scrollWidth > field.clientWidth + 1 && !field.title) faults.add(`cut: ${name(field)} ${field.value}`);
    }
    words.sort((a, b) => a.top - b.top);
    for (let i = 0; i < words.length; i++)
      for (let j = i + 1; j < words.length && words[j].top < words[i].bottom; j++) {
        const a = words[i], b = words[j];
        if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 3 && Math.min(a.bottom, b.bottom) - b.top > 4 && a.e !== b.e)
          faults.add(`${name(a.e)} on ${name(b.e)}`);
      }
    return [...faults];
  };

  window.looks = { colours, places };
})();
