/** The fake's VAEs and sets of latents: encoding, checking, fetching and training them. */
import { studioError } from '../../../main/base/errors.ts';
import type {
  Input,
  LatentCache,
  ReconstructionCheck,
  VaeInfo,
  VaeDownload,
  VaeMetricsRow,
  VaeRunRecord,
  VaeTrainingConfig,
} from '../studio.ts';
import { backUrls, backSheetUrl } from './pictures.ts';
import {
  cacheOf,
  downloads,
  leftOut,
  reconstructionAt,
  starter,
  trainedVae,
  vaeMetricsRows,
  vaeSteps,
} from './vae-facts.ts';
import type { FakeWorld } from './world.ts';

export class FakeVaes {
  readonly world: FakeWorld;
  list: VaeInfo[] = [starter];
  downloads: VaeDownload[] = [...downloads];
  damaged: { name: string; reason: string }[] = [];
  caches: LatentCache[] = [];
  readonly checks = new Map<string, ReconstructionCheck>();
  readonly rows = new Map<string, VaeMetricsRow[]>();

  constructor(world: FakeWorld) {
    this.world = world;
  }

  get used(): number {
    return (this.world.project?.pictures.used ?? 0) - this.world.leftOut.size;
  }

  named(name: string): VaeInfo {
    const found = this.list.find((vae) => vae.name === name);
    if (!found) throw studioError('vae.unknown', { name, known: this.list.map((vae) => vae.name) });
    return found;
  }

  /** A finished set becomes the one that training starts from. */
  finish(cache: LatentCache): void {
    const others = this.caches.filter(({ key }) => key !== cache.key).map((each) => ({ ...each, chosen: false }));
    this.caches = [{ ...cache, chosen: true }, ...others];
    this.world.change({ latents: { encoded: cache.pictures, complete: cache.complete, vae: cache.vae.name } });
  }

  encode(name: string, options: Input<'latents.encode'> | undefined, done = 0): number {
    const vae = this.named(name);
    const { posterior = 'mean', flip = false, precision = 'full' } = options ?? {};
    const total = this.used;
    const reused = done;
    const apply = (encoded: number) =>
      this.world.change({ latents: { encoded, complete: encoded === total, vae: name } });
    const id: number = this.world.start(
      { kind: 'encode', title: 'Encoding pictures', unit: 'pictures', total, done, perSecond: 820 },
      (encoded) => {
        const counts = {
          reused,
          encoded: encoded - reused,
          retried: encoded > 0.4 * total ? 3 : 0,
          leftOut: encoded > 0.5 * total ? 2 : 0,
        };
        this.world.report(id, { counts, idleShare: 0.034 });
        apply(encoded);
      },
      (encoded) => {
        apply(encoded);
        if (encoded < total) return;
        const pictures = total - leftOut.length;
        this.finish(
          cacheOf(vae, {
            posterior,
            flip,
            precision,
            pictures,
            retried: 3,
            leftOut,
            encodedAt: new Date().toISOString(),
          }),
        );
      },
    );
    return id;
  }

  add(name: string, source: string): VaeInfo {
    const vae: VaeInfo = {
      ...starter,
      name,
      title: name,
      description: 'AutoencoderKL as diffusers writes it.',
      origin: 'added',
      parameters: 83_653_863,
      bytes: 334_643_276,
      source,
    };
    this.list = [...this.list.filter((other) => other.name !== name), vae];
    return vae;
  }

  download(name: string): number {
    const wanted = this.downloads.find((each) => each.name === name);
    if (!wanted) throw studioError('vae.unknown', { name, known: this.downloads.map((each) => each.name) });
    const { bytes, title, arrived } = wanted;
    const total = Math.round(bytes / 1e6);
    return this.world.start(
      {
        kind: 'download',
        title: `Downloading ${title}`,
        unit: 'MB',
        total,
        done: Math.round(arrived / 1e6),
        perSecond: 11.4,
      },
      () => undefined,
      (done) => {
        const others = this.downloads.filter((each) => each.name !== name);
        if (done < total) {
          this.downloads = [...others, { ...wanted, arrived: 1e6 * done }];
          return;
        }
        this.downloads = others;
        const { description, licence, url } = wanted;
        this.list = [
          ...this.list,
          {
            ...starter,
            name,
            title,
            description,
            licence,
            source: url,
            bytes,
            parameters: bytes >> 2,
            origin: 'downloaded',
          },
        ];
      },
    );
  }

  check(name: string, most: number | undefined): number {
    const { hash } = this.named(name);
    const total = Math.min(most ?? this.used, this.used);
    return this.world.start(
      { kind: 'reconstruct', title: 'Checking how well pictures come back', unit: 'pictures', total, perSecond: 260 },
      () => undefined,
      (done) => {
        if (done === total) this.setCheck(name, hash, total);
      },
    );
  }

  setCheck(name: string, hash: string, pictures: number): void {
    const rows = Array.from({ length: pictures }, (_, i) => reconstructionAt(i, pictures));
    const mean = (of: (row: (typeof rows)[number]) => number) => rows.reduce((sum, row) => sum + of(row), 0) / pictures;
    this.checks.set(name, {
      vae: { name, hash },
      checkedAt: new Date().toISOString(),
      pictures,
      ofPictures: this.used,
      psnrMean: mean(({ psnr }) => psnr ?? 0),
      ssimMean: mean(({ ssim }) => ssim),
    });
  }

  reconstructions(name: string, offset: number, limit: number) {
    const check = this.checks.get(name);
    if (!check) return null;
    const length = Math.max(0, Math.min(limit, check.pictures - offset));
    const rows = Array.from({ length }, (_, i) => reconstructionAt(offset + i, check.pictures));
    for (const row of rows) {
      if (this.world.files.has(row.reconstruction!)) continue;
      const { back, difference } = backUrls(parseInt(row.id, 16), (row.psnr! - 14) / 18);
      this.world.files.set(row.reconstruction!, back);
      this.world.files.set(row.difference!, difference);
    }
    return { check, rows };
  }

  change(id: string, part: Partial<VaeRunRecord>): void {
    const vaeRuns = this.world.project?.vaeRuns.map((run) => (run.id === id ? { ...run, ...part } : run)) ?? [];
    this.world.change({ vaeRuns });
  }

  runOf(id: string): VaeRunRecord | undefined {
    return this.world.project?.vaeRuns.find((run) => run.id === id);
  }

  addRun(name: string, config: VaeTrainingConfig, status: VaeRunRecord['status'], step = 0): VaeRunRecord {
    const known = this.world.project?.vaeRuns ?? [];
    const id = `vae-${String(known.length + 1).padStart(3, '0')}`;
    const run: VaeRunRecord = {
      kind: 'vae',
      id,
      name,
      datasetHash: 'fake',
      createdAt: new Date(Date.now() - 3_600_000 + 60_000 * known.length).toISOString(),
      config,
      plan: {
        steps: vaeSteps(config),
        parameters: 1_134_216,
        pictureSize: 64,
        trainingPictures: 4864,
        heldOutPictures: 256,
      },
      status,
      step,
      seconds: 0.122 * step,
      skipped: 0,
      scores: [],
      starterPsnr: 25.1,
      device: { kind: 'cpu', name: 'AMD Ryzen 7 7840U with Radeon 780M Graphics' },
    };
    this.world.change({ vaeRuns: [...known, run] });
    this.advance(id, 0, step);
    if (status === 'finished') this.list = [...this.list, trainedVae(run)];
    return run;
  }

  /** Metrics, sheets of reconstructions and scores of the steps `from` + 1 … `to`. */
  advance(id: string, from: number, to: number): void {
    const run = this.runOf(id);
    if (!run) return;
    const { config, plan } = run;
    const rows = vaeMetricsRows(config, plan.steps, from, to);
    this.rows.set(id, [...(this.rows.get(id) ?? []).filter(({ step }) => step <= from), ...rows]);
    if (rows.length > 0) this.world.emit('vaeMetrics', { run: id, rows });
    const every = Math.max(1, Math.floor(plan.steps / Math.max(1, config.sampleSheets)));
    for (let step = Math.ceil(from / every) * every; step <= to; step += every) {
      if (step === from && from > 0) continue;
      const file = `runs/${id}/samples/${step}.png`;
      const learned = 1 / (1 + step / (0.02 * plan.steps));
      this.world.files.set(file, backSheetUrl(4, 3, 1 - learned));
      const sheet = { step, file, nfe: 1, rows: 4, columns: 6 };
      this.world.sheets.set(id, [...(this.world.sheets.get(id) ?? []).filter((each) => each.step !== step), sheet]);
      this.world.emit('samples', { run: id, sheet });
      const score = { step, psnr: 27.6 - 13 * learned, ssim: 0.93 - 0.6 * learned, pictures: plan.heldOutPictures };
      if (step > 0) this.change(id, { scores: [...this.runOf(id)!.scores, score] });
    }
  }

  train(id: string): number {
    const run = this.runOf(id)!;
    this.change(id, { status: 'running' });
    const { steps: total } = run.plan;
    let at = run.step;
    return this.world.start(
      { kind: 'trainVae', title: 'Training a VAE', unit: 'steps', total, done: at, run: id, perSecond: 8.2 },
      (step) => {
        this.advance(id, at, step);
        at = step;
      },
      (step) => {
        this.change(id, { status: step === total ? 'finished' : 'stopped', step, seconds: 0.122 * step, skipped: 1 });
        if (step === total) this.list = [...this.list, trainedVae(this.runOf(id)!)];
      },
    );
  }
}
