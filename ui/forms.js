import { RequestError } from './api.js';

// Submits a form by script. Faults of single fields are shown at the fields, all others above the form.
export function onSubmit(form, send) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = form.querySelector('button[type=submit]');
    clear(form);
    const missing = [...form.querySelectorAll('[required]')].filter((field) => !field.value.trim());
    if (missing.length > 0) {
      show(form, 'Required fields are missing.', missing.map((field) => ({ field: field.name, remedy: 'This field is required.' })));
      return;
    }

    button.disabled = true;
    try {
      await send(new FormData(form));
    } catch (error) {
      const isRefused = error instanceof RequestError;
      show(form, isRefused ? error.message : `The hub is not responding: ${error.message} Nothing was sent; try again.`, isRefused ? error.fields : []);
    } finally {
      button.disabled = false;
    }
  });
}

function clear(form) {
  form.querySelector('.form-error').hidden = true;
  form.querySelectorAll('.field-error').forEach((element) => element.remove());
  form.querySelectorAll('[aria-invalid]').forEach((field) => {
    field.removeAttribute('aria-invalid');
    field.removeAttribute('aria-describedby');
  });
}

function show(form, message, faults) {
  const shown = faults.filter((fault) => form.elements.namedItem(fault.field));
  const fields = shown.map((fault) => showAt(form.elements.namedItem(fault.field), fault.remedy));
  const others = faults.filter((fault) => !shown.includes(fault)).map((fault) => `${fault.field}: ${fault.remedy}`);
  const box = form.querySelector('.form-error');
  box.textContent = shown.length === 0 ? message
    : [`${shown.length === 1 ? 'One field has' : `${shown.length} fields have`} an invalid value.`, ...others].join('\n');
  box.hidden = false;
  if (fields.length > 0) fields[0].focus();
  else box.scrollIntoView({ block: 'nearest' });
}

function showAt(field, text) {
  const note = document.createElement('p');
  note.className = 'field-error';
  note.id = `${field.id}-error`;
  note.textContent = text;
  field.closest('.field').append(note);
  field.setAttribute('aria-invalid', 'true');
  field.setAttribute('aria-describedby', note.id);
  const folded = field.closest('details');
  if (folded) folded.open = true;
  return field;
}
