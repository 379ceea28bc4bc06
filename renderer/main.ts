/** Entry of the window: chooses the shell and mounts the application. */
import { mount } from 'svelte';
import { z } from 'zod';
import './ui/tokens.css';
import './ui/base.css';
import App from './App.svelte';
import { shellStudio } from './api/shell.ts';
import type { Studio } from './api/studio.ts';

// The content policy forbids generated code, which zod would otherwise try.
z.config({ jitless: true });

async function studioOfThisWindow(): Promise<Studio> {
  // A constant when built: the product holds nothing of the fake.
  if (import.meta.env.MODE !== 'production') {
    const scenario = new URLSearchParams(location.search).get('fake');
    if (scenario !== null) return (await import('./api/fake/fake.ts')).fakeStudio(scenario);
  }
  return shellStudio();
}

const target = document.getElementById('app');
if (target) mount(App, { target, props: { studio: await studioOfThisWindow() } });
