/** The studio as the screens see it: calls, events, files and uploads, whatever shell is around them. */
import { studioContract } from '../../main/api/contract/contract.ts';
import type { ProjectSummary, StudioContract, StudioInfo } from '../../main/api/contract/contract.ts';
import type { Job } from '../../main/api/contract/jobs.ts';
import type { Client, Parsed } from '../../main/base/rpc.ts';

export type { Job, ProjectSummary, StudioInfo };

type Methods = StudioContract['methods'];
export type Input<M extends keyof Methods> = Parsed<Methods[M]['input']>;
export type Output<M extends keyof Methods> = Parsed<Methods[M]['output']>;
export type StudioEvent = keyof StudioContract['events'];
export type EventPayload<E extends StudioEvent> = Parsed<StudioContract['events'][E]>;

export type PictureSettings = Input<'pictures.import'>['settings'];
export type ImportSource = Input<'pictures.import'>['source'];
export type PictureRow = Output<'pictures.page'>['rows'][number];
export type UsedPicture = Extract<PictureRow, { kind: 'used' }>;
export type LatentStatistics = NonNullable<Output<'latents.statistics'>>;
export type PixelStatistics = NonNullable<Output<'latents.pixelStatistics'>>;
export type ExportFormat = Input<'latents.export'>['format'];
export type ExportResult = Output<'latents.export'>;
export type ChannelStatistics = LatentStatistics['channels'][number];
export type OutlierFilter = Input<'latents.outliers'>['filter'];
export type OutlierRow = Output<'latents.outliers'>['rows'][number];
export type PlacedOutlier = Omit<OutlierRow, 'picture' | 'source' | 'file'>;
export type OutlierPicture = Output<'latents.outlierPictures'>['rows'][number];
export type OutlierPositions = Output<'latents.positions'>;
export type PictureLatents = Output<'latents.ofPicture'>;
export type Operation = Input<'dataset.operate'>['operation'];
export type OperationList = Output<'dataset.operations'>;
export type LatentPreview = Output<'latents.preview'>;
export type PreviewSide = LatentPreview['before'];
export type LikelyCauses = Output<'latents.causes'>;
export type CauseCheck = Output<'latents.checkCause'>;
export type RunConfig = Input<'runs.start'>['config'];
export type Preset = StudioInfo['presets'][number];
export type RunRecord = ProjectSummary['runs'][number];
export type RunEstimate = Output<'runs.estimate'>;
export type RunOutlook = RunEstimate['plan'];
export type MemoryPlan = Omit<RunEstimate, 'plan' | 'remedies'>;
export type RunStatus = RunRecord['status'];
export type MetricsRow = Output<'runs.metrics'>[number];
export type SampleSheet = Output<'runs.samples'>[number];
export type RunResiduals = Output<'runs.residuals'>;
export type ResidualMeasurement = RunResiduals['measurements'][number];
export type ResidualMoment = RunResiduals['training'][number];
export type ResidualLens = NonNullable<Output<'runs.lens'>>;
export type RobustLoss = ResidualLens['loss'];
export type RunLogRow = Output<'runs.log'>[number];
export type SamplingRequest = Input<'gallery.generate'>['sampling'];
export type GalleryPicture = Output<'gallery.page'>['rows'][number];
export type GridResult = Output<'gallery.exportGrid'>;
export type VaeList = Output<'vaes.list'>;
export type VaeInfo = VaeList['vaes'][number];
export type VaeDownload = VaeList['downloads'][number];
export type VaeSource = Input<'vaes.add'>['source'];
export type EncodingOptions = Required<Omit<Input<'latents.encode'>, 'vae'>>;
export type LatentCache = Output<'latents.caches'>[number];
export type ReconstructionCheck = NonNullable<Output<'vaes.reconstructions'>>['check'];
export type Reconstruction = NonNullable<Output<'vaes.reconstructions'>>['rows'][number];
export type VaeRunRecord = ProjectSummary['vaeRuns'][number];
export type VaeTrainingConfig = Input<'vaes.train'>['config'];
export type VaeMetricsRow = Output<'vaes.metrics'>[number];
export type Settings = Output<'settings.get'>;
export type RecentProject = Output<'project.recent'>[number];
export type DeviceList = Output<'devices.list'>;
export type DeviceRow = DeviceList['devices'][number];
export type DeviceChoice = DeviceList['choice'];

/** The least side of a square part of a picture, in pixels. */
export { leastSquare } from '../../main/api/contract/contract.ts';

/** The schema of a run's settings, to name every problem before anything starts. */
export const runConfigSchema = studioContract.methods['runs.start'].input.shape.config;

/** The same for training a VAE. */
export const vaeTrainingConfigSchema = studioContract.methods['vaes.train'].input.shape.config;

export type ConnectionState = 'connected' | 'lost';

export interface UploadProgress {
  readonly files: number;
  readonly totalFiles: number;
  readonly bytes: number;
  readonly totalBytes: number;
}

/** A file that the person gave, and where it lay in the folder they chose. */
export interface PickedFile {
  readonly file: File;
  /** `holiday/beach/1.jpg`, or just the name. */
  readonly path: string;
}

export interface Studio {
  readonly call: Client<StudioContract>;
  /** Listens to events; returns the function that stops listening. */
  onEvent<E extends StudioEvent>(event: E, listener: (payload: EventPayload<E>) => void): () => void;
  /** Tells when the connection is lost and when it is back; what was missed must be fetched again. */
  onConnection(listener: (state: ConnectionState) => void): () => void;
  /** An address for a file of the open project, for `<img src>` and downloads. */
  fileUrl(file: string): string;
  /** Absolute paths of dropped files, in the order given; undefined where the shell can not know them. */
  pathsOf(files: readonly File[]): readonly string[] | undefined;
  /** Sends files to the host; the id is what `pictures.import` takes. */
  upload(
    files: readonly PickedFile[],
    onProgress: (progress: UploadProgress) => void,
    signal?: AbortSignal,
  ): Promise<{ readonly id: string }>;
}
