import { describe, expect, it } from 'vitest';
import { durationText, parseBytes, parseDuration, parsePercentage, parseProbability } from '../../src/config/units.ts';

describe('units', () => {
  it.each([
    ['250ms', 250],
    ['15s', 15_000],
    ['1.5m', 90_000],
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
    ['0s', 0],
  ])('duration %s', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

  it.each([
    [50, '50 ms'],
    [1500, '1.5 s'],
    [300_000, '5 min'],
    [5_430_000, '1 h 30 min 30 s'],
  ])('%s ms in words', (milliseconds, text) => expect(durationText(milliseconds)).toBe(text));

  it.each([
    ['1%', 0.01],
    ['0.1%', 0.001],
    ['29%', 0.29],
    ['99.9%', 0.999],
    ['100%', 1],
  ])('share %s is the nearest number', (text, share) => expect(parsePercentage(text)).toBe(share));

  it.each([
    ['16Gi', 16 * 2 ** 30],
    ['1.5k', 1500],
    ['2G', 2e9],
    ['12', 12],
    [12, 12],
  ])('size %s', (text, bytes) => expect(parseBytes(text)).toBe(bytes));

  it('a probability is a number or a share', () => {
    expect(parseProbability(0.05)).toBe(parseProbability('5%'));
  });
});
