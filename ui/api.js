// Sends one request to the hub's GraphQL API. Errors contain the faults of single fields, if any.

export class RequestError extends Error {
  constructor(message, fields) {
    super(message);
    this.fields = fields;
  }
}

export async function ask(query, variables = {}) {
  const response = await fetch('/api/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(15000),
  });
  let answer;
  try {
    answer = await response.json();
  } catch {
    throw new RequestError(`it answered with status ${response.status}.`, []);
  }
  if (answer.errors?.length > 0) {
    throw new RequestError(
      answer.errors.map((error) => error.message).join('\n'),
      answer.errors.flatMap((error) => error.extensions?.fields ?? []));
  }
  return answer.data;
}
