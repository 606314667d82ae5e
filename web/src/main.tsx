import { render, type ComponentChild } from 'preact';
import { messageOf } from './api/client.ts';
import { loadConfig } from './config.ts';
import { start } from './start.tsx';
import './styles/base.css';
import './styles/controls.css';
import './styles/messages.css';
import './styles/head.css';
import './styles/library.css';
import './styles/results.css';
import './styles/search.css';
import './styles/words.css';
import './styles/runs.css';
import './styles/video.css';

const page = document.getElementById('page')!;
const draw = (view: ComponentChild) => render(view, page);

loadConfig().then(
  (config) => start(config, draw),
  (error: unknown) => draw(<p class="empty" role="alert">{messageOf(error)}</p>),
);
