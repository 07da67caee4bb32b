// The lab with scripts: each tick shows at once what the page would show after "Compare".

const form = document.getElementById("lab");
let asking = new AbortController();

async function compare() {
  asking.abort();
  asking = new AbortController();
  const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
  try {
    const answer = await fetch(address, { signal: asking.signal });
    const told = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["told", "rules"]) {
      document.getElementById(id).replaceChildren(...told.getElementById(id).childNodes);
    }
    history.replaceState(null, "", address);
  } catch (error) {
    if (error.name !== "AbortError") form.requestSubmit(); // the page says what is wrong
  }
}

form?.addEventListener("change", ({ target }) => {
  if (target.type === "checkbox") compare();
  else form.requestSubmit();
});
