"use strict";
const make = (name, text, ...inside) => {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  element.append(...inside);
  return element;
};
const json = (value) => JSON.stringify(value, null, 2);

function follow(api, schema) {
  return schema.$ref ? schema.$ref.split("/").slice(1).reduce((found, name) => found[name], api) : schema;
}

function kindOf(schema) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return schema.anyOf.map(kindOf).join(" or ");
  if (schema.type === "array") return `list of ${kindOf(schema.items || {})}`;
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  return schema.format || schema.type || "any JSON";
}

function fields(api, schema, depth = 0) {
  const found = follow(api, schema);
  const list = make("dl");
  for (const [name, field] of Object.entries(found.properties || {})) {
    const needed = (found.required || []).includes(name);
    const said = [kindOf(field), needed ? "required" : "", field.description || ""].filter(Boolean).join(" · ");
    const description = make("dd", said);
    const inner = (field.anyOf || [field]).map((one) => one.items || one).find((one) => one.$ref);
    if (inner && depth < 3) {
      const more = make("details", "", make("summary", kindOf(inner)));
      more.addEventListener("toggle", () => {
        if (more.open && more.children.length === 1) more.append(fields(api, inner, depth + 1));
      });
      description.append(more);
    }
    list.append(make("dt", name), description);
  }
  return list;
}

function form(operation, path, method) {
  const inputs = new Map();
  const box = make("form");
  for (const parameter of operation.parameters) {
    const input = make("input");
    input.placeholder = parameter.required ? "required" : "";
    input.title = parameter.description;
    inputs.set(parameter, input);
    box.append(make("label", `${parameter.name} `, input));
  }
  const media = operation.requestBody && operation.requestBody.content;
  const type = media && Object.keys(media)[0];
  const body = make("textarea");
  if (media) {
    body.value = media[type].example ? json(media[type].example) : "";
    body.setAttribute("aria-label", "body");
    box.append(body);
  }
  const shown = make("pre");
  shown.hidden = true;
  box.append(make("button", "Send"), shown);
  box.addEventListener("submit", (event) => {
    event.preventDefault();
    send(path, method, inputs, media ? body.value : "", type, shown);
  });
  return box;
}

async function send(path, method, inputs, body, type, shown) {
  const headers = {};
  const query = new URLSearchParams();
  const secret = document.getElementById("secret").value;
  if (secret) headers["X-Memlane-Key"] = secret;
  if (body) headers["Content-Type"] = type;
  let address = path;
  for (const [parameter, input] of inputs) {
    if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (input.value && parameter.in === "query") query.append(parameter.name, input.value);
    else if (input.value) headers[parameter.name] = input.value;
  }
  shown.hidden = false;
  shown.textContent = "…";
  try {
    const asked = query.size ? `?${query}` : "";
    const answer = await fetch(`.${address}${asked}`, { method, headers, body: body || undefined });
    const text = await answer.text();
    const isJson = (answer.headers.get("Content-Type") || "").includes("json") && !text.includes("\n");
    shown.textContent = `${answer.status} ${answer.statusText}\n\n${isJson ? json(JSON.parse(text)) : text}`;
  } catch (error) {
    shown.textContent = String(error);
  }
}

function operationBox(api, path, method, operation) {
  const box = make("details", "", make("summary", "", make("b", method.toUpperCase()), make("code", path), " ", make("span", operation.summary)));
  box.dataset.text = `${method} ${path} ${operation.operationId} ${operation.description}`.toLowerCase();
  box.addEventListener("toggle", () => {
    if (!box.open || box.children.length > 1) return;
    const scopes = Object.values(operation.security[0] || {}).flat();
    box.append(make("p", operation.description));
    if (scopes.length) box.append(make("p", `Needs the scope: ${scopes.join(", ")}`));
    const body = operation.requestBody && operation.requestBody.content["application/json"];
    if (body && body.schema.$ref) box.append(make("h4", "Body"), fields(api, body.schema));
    for (const [status, given] of Object.entries(operation.responses)) {
      const answer = follow(api, given);
      const schema = answer.content && answer.content["application/json"] && answer.content["application/json"].schema;
      const line = make("details", "", make("summary", `${status}: ${answer.description}`));
      if (schema) line.append(fields(api, schema));
      box.append(line);
    }
    box.append(make("h4", "Try it"), form(operation, path, method.toUpperCase()));
  });
  return box;
}

async function show() {
  const api = await (await fetch(document.querySelector("header a").href)).json();
  const all = document.getElementById("all");
  document.getElementById("about").textContent = api.info.description;
  for (const tag of api.tags) {
    const section = make("section", "", make("h2", tag.name), make("p", tag.description));
    all.append(section);
    for (const [path, methods] of Object.entries(api.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (operation.tags.includes(tag.name)) section.append(operationBox(api, path, method, operation));
      }
    }
  }
  document.getElementById("find").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const box of all.querySelectorAll("details[data-text]")) box.hidden = !box.dataset.text.includes(wanted);
    for (const section of all.children) section.hidden = !section.querySelector("details[data-text]:not([hidden])");
  });
}
show();
