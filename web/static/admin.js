// What the attributes of htmx cannot say. Every form works without this file.
"use strict";

// A click on a dangerous button asks first: <button data-ask="Delete this question?">.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.ask;
  if (question && !window.confirm(question)) event.preventDefault();
}, true);

// Buttons that copy the value of a field; without this file there are none.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    navigator.clipboard?.writeText(field.value).then(
      () => { button.textContent = "✓ Copied"; },
      () => {},  // it is selected, for who copies it by keyboard
    );
  });
}
