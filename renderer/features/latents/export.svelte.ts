/** State of exporting what is known of the latents. */
import type { AppState } from '../../app/app-state.svelte.ts';
import type { ExportFormat, ExportResult } from '../../api/studio.ts';

export const exportFormats: readonly { readonly value: ExportFormat; readonly label: string; readonly help: string }[] =
  [
    {
      value: 'html',
      label: 'A report',
      help: 'One page to look at, print or send: charts, the worst pictures with their outliers marked, and what to do.',
    },
    {
      value: 'json',
      label: 'Statistics as JSON',
      help: 'One file for scripts, with the names that the terminal uses.',
    },
    { value: 'csv', label: 'Tables as CSV', help: 'A folder with channels, outliers and pictures, for spreadsheets.' },
  ];

const ready: Readonly<Record<ExportFormat, string>> = {
  html: 'The report is ready.',
  json: 'The statistics are saved.',
  csv: 'The tables are saved.',
};

export class ExportState {
  readonly #app: AppState;
  isOpen = $state(false);
  busy = $state(false);
  format = $state<ExportFormat>('html');
  result = $state.raw<ExportResult>();
  readonly readyWords = $derived(ready[this.format]);

  constructor(app: AppState) {
    this.#app = app;
  }

  open(): void {
    this.result = undefined;
    this.isOpen = true;
  }

  close(): void {
    this.isOpen = false;
  }

  async export(): Promise<void> {
    this.busy = true;
    this.result = await this.#app.attempt(this.#app.studio.call['latents.export']({ format: this.format }));
    this.busy = false;
    if (this.result === undefined) this.isOpen = false;
  }
}
