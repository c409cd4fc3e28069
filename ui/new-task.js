import { ask } from './api.js';
import { $, announce } from './dom.js';
import { onSubmit } from './forms.js';
import { showNewest } from './tasks.js';

const OWN_ACCOUNT = '*';
const NO_PARAMETERS = ['description', 'scheduleType', 'srcCredentials', 'destCredentials', 'paused'];

function parametersOf(form, data) {
  const values = new Map([...data.entries()].filter(([name, value]) => value.trim() !== '' && !NO_PARAMETERS.includes(name)));
  for (const box of form.querySelectorAll('input[type=checkbox]:not([name=paused])')) values.set(box.name, String(box.checked));
  if (data.get('scheduleType') === 'ONE_TIME') values.delete('ec2CronExpression');
  if (data.get('destPutObjectSSEType') !== 'AWS_KMS') values.delete('destPutObjectSSEKmsKeyId');
  for (const side of ['src', 'dest']) {
    const access = data.get(`${side}Credentials`);
    values.set(`${side}InCurrentAccount`, String(access === OWN_ACCOUNT));
    if (access !== '' && access !== OWN_ACCOUNT) values.set(`${side}Credentials`, access);
  }
  return [...values].map(([name, value]) => ({ ParameterKey: name, ParameterValue: name.endsWith('Prefix') ? encodeURIComponent(value) : value.trim() }));
}

onSubmit($('create-task'), async (data) => {
  await ask('mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }', {
    input: {
      type: 'S3EC2',
      // The API decodes descriptions, as it does prefixes.
      description: encodeURIComponent(data.get('description').trim()),
      scheduleType: data.get('scheduleType'),
      paused: data.has('paused'),
      parameters: parametersOf($('create-task'), data),
    },
  });
  announce('The task was created.');
  await showNewest();
});

$('scheduleType').addEventListener('change', (event) => { $('cron-field').hidden = event.target.value === 'ONE_TIME'; });
$('destPutObjectSSEType').addEventListener('change', (event) => { $('kms-field').hidden = event.target.value !== 'AWS_KMS'; });
