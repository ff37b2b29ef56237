import { signal } from '@preact/signals';
import { render } from 'preact';

const title = signal('fc-affinity');

const app = document.getElementById('app');
if (app !== null) render(<h1>{title}</h1>, app);
