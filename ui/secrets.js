import { ask, RequestError } from './api.js';
import { $, announce, confirmed, listItem } from './dom.js';
import { onSubmit } from './forms.js';

export async function loadSecrets() {
  let secrets;
  try {
    secrets = (await ask('{ listSecrets { name description } }')).listSecrets;
  } catch (error) {
    const item = listItem(`The secrets could not be loaded: ${error.message}`);
    const again = document.createElement('button');
    again.type = 'button';
    again.textContent = 'Try again';
    again.addEventListener('click', loadSecrets);
    item.append(again);
    $('secrets').replaceChildren(item);
    return;
  }

  for (const select of document.querySelectorAll('select.secrets')) {
    const chosen = select.value;
    const fixed = [...select.options].filter(({ value }) => value === '' || value === '*');
    select.replaceChildren(...fixed, ...secrets.map(({ name }) => new Option(name, name)));
    select.value = chosen;
    if (select.selectedIndex < 0) select.value = '';
  }
  $('secrets').replaceChildren(...(secrets.length === 0
    ? [listItem('No secrets yet. Most stores require access keys: enter them below.')]
    : secrets.map(row)));
}

function row(secret) {
  const item = listItem('');
  const what = document.createElement('span');
  what.className = 'what';
  const name = document.createElement('b');
  name.textContent = secret.name;
  const description = document.createElement('span');
  description.className = 'muted';
  description.textContent = secret.description ?? '';
  what.append(name, description);
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Delete';
  button.setAttribute('aria-label', `Delete the secret ${secret.name}`);
  button.addEventListener('click', () => remove(secret.name, item));
  item.append(what, button);
  return item;
}

async function remove(name, item) {
  if (!await confirmed(`Delete the secret “${name}”? This cannot be undone.`, 'Delete')) return;
  try {
    await ask('mutation($name: String!) { deleteSecret(name: $name) { name } }', { name });
  } catch (error) {
    item.querySelector('.field-error')?.remove();
    const note = document.createElement('p');
    note.className = 'field-error';
    note.setAttribute('role', 'alert');
    note.textContent = error.message;
    item.querySelector('.what').append(note);
    return;
  }
  announce(`The secret ${name} was deleted.`);
  await loadSecrets();
  $('secrets-heading').focus();
}

onSubmit($('create-secret'), async (data) => {
  const value = { access_key_id: data.get('accessKey').trim(), secret_access_key: data.get('secretKey').trim() };
  if (data.get('sessionToken').trim()) value.session_token = data.get('sessionToken').trim();
  try {
    await ask('mutation($input: SecretInput!) { createSecret(input: $input) { name } }', {
      input: { name: data.get('name').trim(), description: data.get('description').trim() || null, value: JSON.stringify(value) },
    });
  } catch (error) {
    // The API has one value for several fields of the form.
    if (error instanceof RequestError) error.fields.forEach((fault) => { if (fault.field === 'value') fault.field = 'accessKey'; });
    throw error;
  }
  $('create-secret').reset();
  announce('The secret was saved.');
  await loadSecrets();
});
