// What a page can do better with a script. Everything works without it.
"use strict";

// A draft is kept a second after the last key, and when the page is left.
for (const form of document.querySelectorAll("form[data-draft]")) {
  const text = form.querySelector("textarea[name=text]");
  if (!text) continue;
  const status = document.getElementById("kept"), count = document.getElementById("count");
  let kept = text.value, timer = 0, sending = false;
  const most = Number(text.dataset.words || 0);
  const told = () => {
    const words = text.value.split(/\s+/).filter(Boolean).length;
    count.textContent = `${words} ${words === 1 ? "word" : "words"}${most ? ` of at most ${most}` : ""}`;
  };
  const keep = async () => {
    if (text.value === kept || sending) return;
    const value = text.value;
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", keepalive: value.length < 20000, body: new URLSearchParams({ text: value, quietly: "" }) });
      if (answer.ok) kept = value;
      status.textContent = answer.ok ? "Draft kept." : await answer.text();
    } catch {
      status.textContent = "The draft could not be kept; is the page still served?";
    }
  };
  text.addEventListener("input", () => { told(); status.textContent = ""; clearTimeout(timer); timer = setTimeout(keep, 1000); });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  });
  addEventListener("pagehide", keep);
  addEventListener("submit", () => { sending = true; clearTimeout(timer); });
  told();
}

// The inbox looks whether more waits.
const inbox = document.querySelector("[data-look]");
if (inbox) {
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(inbox.dataset.look);
      if (answer.ok && (await answer.text()) !== inbox.dataset.had) location.reload();
    } catch { /* it looks again */ }
  }, 3000);
}

// A run's progress comes as events.
const live = document.querySelector("[data-events]");
if (live) {
  const events = new EventSource(live.dataset.events);
  events.onmessage = (event) => {
    const now = JSON.parse(event.data);
    live.querySelector("progress").value = now.done;
    live.querySelector("[data-told]").textContent = now.told;
    if (now.over) { events.close(); location.reload(); }
  };
}

// Moving a slider goes there; so do the keys n and b.
for (const slider of document.querySelectorAll("input[type=range]")) {
  slider.addEventListener("change", () => slider.form.requestSubmit());
  slider.addEventListener("input", () => { slider.form.querySelector("output").textContent = slider.value; });
}
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const link = { n: "a[rel=next]", b: "a[rel=prev]" }[event.key];
  if (link) document.querySelector(link)?.click();
});
