import { expect, it } from 'vitest';

import { dockerfileBase } from '../../../src/image/documents/dockerfile-base.ts';

it.each([
  ['FROM python:3.12-slim\nRUN true\n', null, 'python:3.12-slim'],
  ['FROM a AS build\nFROM --platform=linux/amd64 b:1 AS run\nCOPY --from=build /x /x\n', null, 'b:1'],
  ['FROM a as Base\nFROM base\n', null, 'a'],
  ['FROM a AS one\nFROM b AS two\n', 'one', 'a'],
  ['FROM a \\\n  AS one\n', 'one', 'a'],
  ['FROM a AS a\n', null, 'a'],
  ['ARG BASE\nFROM $BASE\n', null, null],
  ['ARG TAG=3.12\nFROM python:${TAG}\n', null, 'python:3.12'],
  ['ARG GIVEN=a\nFROM $GIVEN\n', null, 'given:1'],
  ['FROM a\nRUN <<EOF\nFROM b\nEOF\n', null, 'a'],
  ['FROM scratch\n', null, null],
  ['FROM a\n', 'missing', null],
  ['', null, null],
])('the base of %j, stage %s', (text, target, base) => {
  expect(dockerfileBase(text, target, { GIVEN: 'given:1' })).toBe(base);
});
