// Starts Swagger UI on this installation's own document. The bundle is a script of the old kind, loaded before.
// Calls go to the address that this page was reached at: it may be another than the public one, and the page may
// speak with its own origin only.

const place = document.getElementById("calls");

// A layout of ours from Swagger UI's parts: theirs brings a second <main>, a title and a choice of servers.
const layout = ({ React: { createElement } }) => ({
  components: {
    HandbookLayout: ({ getComponent }) => {
      const row = (...inside) => createElement("div", { className: "wrapper" }, ...inside);
      const part = (name) => createElement(getComponent(name, true));
      return createElement(
        "div",
        { className: "swagger-ui" },
        createElement(getComponent("SvgAssets")),
        part("errors"),
        createElement("div", { className: "scheme-container" }, part("AuthorizeBtnContainer")),
        part("FilterContainer"),
        row(part("operations")),
      );
    },
  },
});

try {
  const answer = await fetch(place.dataset.document, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`the document answered ${answer.status}`);
  const description = await answer.json();
  for (const path of Object.values(description.paths)) {
    for (const operation of Object.values(path)) {
      for (const parameter of operation.parameters ?? []) {
        // Swagger UI would fill it in, and send everyone's certificates under the same Idempotency-Key.
        if (!parameter.required) delete parameter.example;
      }
    }
  }
  description.servers = [{ url: location.origin + place.dataset.root }];
  window.SwaggerUIBundle({
    spec: description,
    domNode: place,
    presets: [window.SwaggerUIBundle.presets.apis],
    plugins: [layout],
    layout: "HandbookLayout",
    validatorUrl: null, // its badge would be asked from a server of others
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: -1,
    displayRequestDuration: true,
    filter: true,
    persistAuthorization: false, // a token is kept nowhere
    requestSnippetsEnabled: false,
    tryItOutEnabled: true,
  });
} catch (error) {
  const said = document.createElement("p");
  said.setAttribute("role", "alert");
  said.textContent = `The calls cannot be shown: ${error.message}.`;
  place.replaceChildren(said);
}
