import { describe, expect, it } from 'vitest';
import type { ReconstructionCheck } from '../../../../renderer/api/studio.ts';
import { reconstructionAt } from '../../../../renderer/api/fake/vae-facts.ts';
import {
  ceilingWords,
  checkFacts,
  pageWords,
  psnrVerdict,
  psnrWords,
  rowWords,
  triedWords,
} from '../../../../renderer/features/latents/check-view.ts';

const check: ReconstructionCheck = {
  vae: { name: 'starter', hash: '0' },
  checkedAt: '2026-03-03T14:05:00Z',
  pictures: 5120,
  ofPictures: 5120,
  psnrMean: 27.41,
  ssimMean: 0.9128,
};

describe('what a check has found', () => {
  it('is a ceiling, in figures with their units', () => {
    expect(ceilingWords).toBe('No model trained on this VAE can look better than this.');
    expect(checkFacts(check).map(({ value }) => value)).toEqual(['27.4 dB', '0.913', '5,120']);
  });
  it('is an estimate when only some pictures were tried, and says so', () => {
    expect(triedWords(check)).toMatch(/^All 5,120 pictures were tried/);
    expect(triedWords({ ...check, pictures: 200 })).toMatch(/^200 pictures of 5,120 were tried .* an estimate/);
  });
  it('is said in words, worse for less', () => {
    const verdicts = [15, 22, 27, 32, 40].map(psnrVerdict);
    expect(new Set(verdicts).size).toBe(5);
    expect(verdicts[0]).toContain('blurred');
    expect(verdicts[4]).toContain('nearly as they were');
  });
  it('has no number for a picture without error', () => {
    expect([psnrWords(null), psnrWords(31.049)]).toEqual(['no error', '31.0 dB']);
  });
  it('names each picture with its figures, and the part of the list that is shown', () => {
    expect(rowWords({ ...reconstructionAt(0, 512), psnr: 14, ssim: 0.74 })).toBe(
      'portrait 00001.jpg: 14.0 dB, likeness (SSIM) 0.740',
    );
    expect(pageWords(500, 12, 512)).toBe('501 to 512 of 512, the worst first');
  });
});
