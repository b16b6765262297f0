// What is said of options, and of whose.
import { type Checks, optionProblem } from '../../../src/base/options.ts';

interface Options {
  readonly colour?: string;
  readonly sizeMax?: number;
  readonly by: string;
}

const text = {
  rule: 'must be a string',
  fits: (value: unknown) => typeof value === 'string',
};
const CHECKS: Checks<Options> = {
  colour: text,
  sizeMax: { rule: 'must be a number', fits: (value) => typeof value === 'number' },
  by: { ...text, isRequired: true },
};
const by = 'hand';

class Choice {
  readonly by = by;
  get colour() {
    return 'red';
  }
  paint() {}
}

describe('options', () => {
  it.each<[what: string, options: object]>([
    ['nothing but what must be given', { by }],
    ['what is left out by undefined, whatever its name', { by, colour: undefined, x: undefined }],
    ['an object without a prototype', Object.assign(Object.create(null), { by })],
    ['an object of a class', new Choice()],
    ['what is inherited', Object.create({ by, paint() {} })],
  ])('may be %s', (_, options) => {
    expect(optionProblem(options, CHECKS)).toBeNull();
  });

  it.each<[options: unknown, problem: string]>([
    [undefined, 'by must be a string, got undefined'],
    [{}, 'by must be a string, got undefined'],
    [null, 'an object of options is needed, got null'],
    ['by', 'an object of options is needed, got a string'],
    [[], 'an object of options is needed, got a list'],
    [{ by, color: 1 }, 'there is no option color; perhaps colour is meant'],
    [{ by, coluor: 1 }, 'there is no option coluor; perhaps colour is meant'],
    [{ by, size_max: 1 }, 'there is no option size_max: it is sizeMax here'],
    [{ by, SizeMax: 1 }, 'there is no option SizeMax: it is sizeMax here'],
    [{ by, weight: 1 }, 'there is no option weight, only colour, sizeMax, by'],
    [{ by, to: 1 }, 'there is no option to, only colour, sizeMax, by'],
    [{ bye: 1 }, 'there is no option bye; perhaps by is meant'],
    [{ by, constructor: 1 }, 'there is no option constructor, only colour, sizeMax, by'],
    [{ by, sizeMax: null }, 'sizeMax must be a number, got null'],
    [{ by, sizeMax: 'many\nlines' }, 'sizeMax must be a number, got "many\\nlines"'],
    [{ by, sizeMax: () => {} }, 'sizeMax must be a number, got a function'],
    [{ by, sizeMax: [1] }, 'sizeMax must be a number, got a list'],
    [Object.create({ by: 5 }), 'by must be a string, got 5'],
  ])('are refused: %j', (options, problem) => {
    expect(optionProblem(options, CHECKS)).toBe(problem);
  });

  it('are named in a few words, however long they are, and not shown when they are secret', () => {
    const long = 'x'.repeat(1_000_000);
    expect(optionProblem({ by, [long]: 1 }, CHECKS)?.length).toBeLessThan(200);
    expect(optionProblem({ by, sizeMax: long }, CHECKS)?.length).toBeLessThan(200);
    const secret = { ...CHECKS, colour: { ...text, isSecret: true } };
    expect(optionProblem({ by, colour: 42 }, secret)).toBe('colour must be a string');
  });
});
