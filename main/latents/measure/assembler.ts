/**
 * As much of WebAssembly as a kernel needs: functions that give the code of an expression or a statement, and the module around it.
 * JavaScript has no vector instructions; the loop over all values of a set takes half the time with them.
 *
 * Source  https://webassembly.github.io/spec/core/binary/ and its chapters on SIMD and threads
 */

/** Bytes of code that leave one value on the stack (an expression) or none (a statement). */
export type Code = readonly number[];

function unsigned(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >>> 7;
  return rest === 0 ? [low] : [low | 0x80, ...unsigned(rest)];
}
function signed(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

const types = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = keyof typeof types;

const plain =
  (...opcode: number[]) =>
  (...operands: readonly Code[]): Code => [...operands.flat(), ...opcode];
/** Instructions of 128 bits have a prefix, and numbers of their own. */
const vector = (opcode: number) => plain(0xfd, ...unsigned(opcode));

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  add: plain(0x6a),
  sub: plain(0x6b),
  and: plain(0x71),
  shl: plain(0x74),
  shr: plain(0x76),
  countOnes: plain(0x69),
  isBelow: plain(0x49),
  eqz: plain(0x45),
  load: (address: Code, offset = 0): Code => [...address, 0x28, 2, ...unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x36, 2, ...unsigned(offset)],
};
export const f32 = {
  const: (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  gt: plain(0x5e),
  mul: plain(0x94),
  min: plain(0x96),
  max: plain(0x97),
  load: (address: Code, offset = 0): Code => [...address, 0x2a, 2, ...unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x38, 2, ...unsigned(offset)],
};
export const i32x4 = { splat: vector(0x11), add: vector(0xae) };
export const f32x4 = { splat: vector(0x13), lt: vector(0x43), gt: vector(0x44) };
export const f64x2 = {
  splat: vector(0x14),
  /** The two lower float32 numbers. */
  promote: vector(0x5f),
  add: vector(0xf0),
  sub: vector(0xf1),
  mul: vector(0xf2),
};
export const v128 = {
  or: vector(0x50),
  /** The sign bits of four 32-bit numbers. */
  signs: vector(0xa4),
  /** The upper half in both halves. */
  upper: (value: Code): Code => [
    ...value,
    ...value,
    0xfd,
    0x0d,
    ...[0, 1].flatMap(() => [8, 9, 10, 11, 12, 13, 14, 15]),
  ],
  load: (address: Code, offset = 0): Code => [...address, 0xfd, 0x00, 4, ...unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0xfd, 0x0b, 4, ...unsigned(offset)],
};

/** Runs the body as long as the condition holds after it, at least once. */
export const repeatWhile = (body: readonly Code[], condition: Code): Code => [
  ...[0x03, 0x40],
  ...body.flat(),
  ...condition,
  ...[0x0d, 0, 0x0b],
];
/** Runs the body once if the condition holds. */
export const when = (condition: Code, body: readonly Code[]): Code => [
  ...condition,
  ...[0x04, 0x40],
  ...body.flat(),
  0x0b,
];
/** Runs the body as long as the condition holds before it. */
export const loopWhile = (condition: Code, body: readonly Code[]): Code =>
  when(condition, [repeatWhile(body, condition)]);
/** The first value if the condition is not 0, else the second one; both are computed. */
export const select = plain(0x1b);

/** A local variable or parameter. */
export interface Local {
  readonly get: Code;
  set(value: Code): Code;
}
/** Moves an address. */
export const forward = (variable: Local, bytes: Code): Code => variable.set(i32.add(variable.get, bytes));
/** How many numbers of four bytes lie between two addresses. */
export const countFrom = (start: Code, end: Code): Code => i32.shr(i32.sub(end, start), i32.const(2));

interface FunctionCode<P extends string, L extends string> {
  readonly parameters: Readonly<Record<P, ValueType>>;
  readonly locals: Readonly<Record<L, ValueType>>;
  /** Statements, and last the i32 that is returned. */
  readonly body: (variables: Readonly<Record<P | L, Local>>) => readonly Code[];
}

/** A module of one function `run`, over memory that is imported as `memory.shared`. */
export function assemble<P extends string, L extends string>(code: FunctionCode<P, L>): Uint8Array<ArrayBuffer> {
  const parameters = Object.entries<ValueType>(code.parameters);
  const locals = Object.entries<ValueType>(code.locals);
  const variables = Object.fromEntries(
    [...parameters, ...locals].map(([name], i): [string, Local] => [
      name,
      { get: [0x20, ...unsigned(i)], set: (value) => [...value, 0x21, ...unsigned(i)] },
    ]),
  ) as Record<P | L, Local>;
  const sized = (bytes: readonly number[]) => [...unsigned(bytes.length), ...bytes];
  const list = (items: readonly Code[]) => [...unsigned(items.length), ...items.flat()];
  const section = (id: number, items: readonly Code[]) => [id, ...sized(list(items))];
  const name = (text: string) => sized([...new TextEncoder().encode(text)]);
  const signature = [0x60, ...list(parameters.map(([, type]) => [types[type]])), 1, types.i32];
  // Shared memory has a largest size: all that there can be.
  const memory = [...name('memory'), ...name('shared'), 0x02, 0x03, 0, ...unsigned(mostPages)];
  const body = [...list(locals.map(([, type]) => [1, types[type]])), ...code.body(variables).flat(), 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [signature]),
    ...section(2, [memory]),
    ...section(3, [[0]]),
    ...section(7, [[...name('run'), 0x00, 0]]),
    ...section(10, [sized(body)]),
  ]);
}

export const pageBytes = 2 ** 16;
export const mostPages = 2 ** 16;
