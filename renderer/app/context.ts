/** How components reach the state of the application. */
import { createContext } from 'svelte';
import type { AppState } from './app-state.svelte.ts';

export const [useApp, provideApp] = createContext<AppState>();
