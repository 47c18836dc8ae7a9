// A button that copies the text beside it. Without this file the button stays hidden and the text is there to be selected.
"use strict";

for (const row of document.querySelectorAll("[data-copy]")) {
  const button = row.querySelector("button");
  const told = row.querySelector("[role=status]");
  row.hidden = false;
  button.addEventListener("click", async () => {
    told.textContent = "";
    const done = await copied(document.getElementById(row.dataset.copy).textContent.trim());
    told.textContent = done ? told.dataset.done : told.dataset.failed;
  });
}

async function copied(words) {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    return copiedByHand(words); // an older browser, or a page without HTTPS
  }
}

function copiedByHand(words) {
  const back = document.activeElement;
  const field = document.createElement("textarea");
  field.value = words;
  field.className = "hide";
  document.body.append(field);
  field.select();
  let done = false;
  try {
    done = document.execCommand("copy");
  } catch {
    done = false;
  }
  field.remove();
  if (back) back.focus();
  return done;
}
