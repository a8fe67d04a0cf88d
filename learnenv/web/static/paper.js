// Checks the signed text of a QR code with the keys that stand in the page. Sends nothing.
"use strict";
(() => {
  const field = document.getElementById("paper-text");
  const button = document.querySelector("[data-paper-check]");
  if (!field || !button) return;
  const keys = JSON.parse(field.dataset.paperKeys);
  const answer = document.getElementById(button.dataset.paperCheck);

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (c) => c.charCodeAt(0));
  };

  const read = async (text) => {
    const parts = text.trim().split("#").pop().split(".");
    if (parts.length !== 3) return null;
    const header = JSON.parse(new TextDecoder().decode(bytes(parts[0])));
    if (!Object.hasOwn(keys, header.kid) || header.alg !== "EdDSA") return null;
    const known = keys[header.kid];
    if (!known) return "revoked";
    const key = await crypto.subtle.importKey("raw", bytes(known), "Ed25519", false, ["verify"]);
    const signed = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
    const good = await crypto.subtle.verify("Ed25519", key, bytes(parts[2]), signed);
    return good ? JSON.parse(new TextDecoder().decode(bytes(parts[1]))) : null;
  };

  const show = (result) => {
    const revoked = result === "revoked";
    const found = revoked ? null : result;
    const facts = answer.querySelector("[data-paper-facts]");
    answer.hidden = false;
    for (const part of answer.querySelectorAll("[data-paper-good]")) part.hidden = !found;
    answer.querySelector("[data-paper-bad]").hidden = Boolean(result);
    answer.querySelector("[data-paper-revoked]").hidden = !revoked;
    facts.hidden = !found;
    facts.replaceChildren();
    if (!found) return;
    const rows = [["name", found.n], ["title", found.t], ["issued", found.i], ["until", found.u], ["code", found.c]];
    for (const [label, value] of rows.filter((row) => row[1])) {
      const row = document.createElement("div");
      row.className = "utrecht-data-list__item";
      const term = document.createElement("dt");
      term.className = "utrecht-data-list__item-key";
      term.textContent = facts.dataset[label];
      const detail = document.createElement("dd");
      detail.className = "utrecht-data-list__item-value";
      detail.textContent = value;
      row.append(term, detail);
      facts.append(row);
    }
  };

  const check = () => read(field.value).then(show, () => show(null));
  button.addEventListener("click", check);
  if (location.hash.length > 50) {
    field.value = location.hash;
    check();
  }
})();
