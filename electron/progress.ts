/** Training in the task bar, and a message when it has ended behind other windows. */
import { BrowserWindow, Notification } from 'electron';
import type { Job } from '../main/api/contract/jobs.ts';
import type { Training } from './training.ts';

const noBar = -1;
/** More than 1 shows a bar without an end. */
const endless = 2;

export function showProgress(training: Training, showWindow: () => void): void {
  training.onChange((job) => {
    for (const window of BrowserWindow.getAllWindows()) {
      window.setProgressBar(shareOf(job), { mode: job?.status === 'paused' ? 'paused' : 'normal' });
    }
  });
  training.onEnd((job) => {
    if (BrowserWindow.getFocusedWindow() || job.status === 'cancelled' || !Notification.isSupported()) return;
    const { title, body } = messageOf(job);
    const notification = new Notification({ title, body });
    notification.on('click', showWindow);
    notification.show();
  });
}

function shareOf(job: Job | undefined): number {
  if (!job) return noBar;
  return job.total ? Math.min(1, job.done / job.total) : endless;
}

const messageOf = ({ status, done, error }: Job): { title: string; body: string } =>
  status === 'done'
    ? { title: 'Training is finished', body: `${done.toLocaleString('en')} steps. Your model is ready.` }
    : { title: 'Training has stopped', body: error ? `${error.what} ${error.means}` : 'Open the studio to see why.' };
