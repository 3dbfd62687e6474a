// Enhancement only: every page works without this file.
import { Button, CharacterCount, Checkboxes, ErrorSummary, Radios, createAll } from "./govuk.js";

const components = [Button, CharacterCount, Checkboxes, ErrorSummary, Radios];

function enhance(scope) {
  // A part that is already alive reports itself when met again; that is no fault.
  for (const component of components) createAll(component, undefined, { scope, onError() {} });
}

document.body.classList.add("js-enabled", "govuk-frontend-supported");
enhance(document);
document.addEventListener("htmx:after:swap", () => enhance(document));
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
