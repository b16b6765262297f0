// Reference pages that are derived from specs/.
const note = '<!-- Generated from specs/ by `npm run gen`; do not edit. -->\n';
const cell = (value) => String(value).replaceAll('|', '\\|');

export function errorsPage(specs) {
  const rows = specs.errors.map(
    (error) =>
      `| ${error.code} | ${error.meaning} | ${error.retry} | ${error.jsonRpc} | ${error.http} | ${error.futoin} |`,
  );
  return `${note}# Errors

A JSON-RPC error carries the number as \`code\`, a sentence as \`message\`, and \`data: {code, retry, ...details}\`
with the name below: match by that name. HTTP is the status of the operations endpoints; \`/rpc\` answers 200
(401 without a valid key).

| code | said when | retry | JSON-RPC | HTTP | FutoIn |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

export function configurationPage(specs) {
  const rows = Object.entries(specs.config.properties).map(([name, setting]) => {
    const bounds =
      setting.enum?.join(', ') ??
      (setting.minimum === undefined ? '' : `${setting.minimum} to ${setting.maximum}`);
    const unit = setting.unit === undefined ? '' : ` ${setting.unit}`;
    const value = Array.isArray(setting.default)
      ? setting.default.join(',') || '[]'
      : setting.default;
    return `| ${setting.env} | ${name} | ${value === null ? '' : `\`${value}\`${unit}`} | ${bounds} | ${cell(setting.description)} |`;
  });
  return `${note}# Configuration

Defaults < \`--config FILE\` (JSON, by name) < environment < flags (\`--sleep-ms-max 100\`). All mistakes are reported
at once, those of sinks when all else is right. A variable that is nearly one of these (\`EVT_DATABSE_URL\`) is one. \`aftercommit config\` prints what is in force, secrets hidden.

| variable | name | default | values | what it does |
|---|---|---|---|---|
${rows.join('\n')}
`;
}
