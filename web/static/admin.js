// What the attributes of htmx cannot say. Every form works without this file.
"use strict";

// A click on a dangerous button asks first: <button data-ask="Delete this question?">.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.ask;
  if (question && !window.confirm(question)) event.preventDefault();
}, true);
