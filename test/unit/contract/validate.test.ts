import { validate } from '../../../src/contract/validate.ts';

describe('validate', () => {
  const wrong = (from: unknown) => {
    try {
      validate('methods/registerConsumer.params', { component: 'a', from });
    } catch (error) {
      return (error as Error).message;
    }
    return null;
  };

  it('names all that a value may be where it is none of it', () => {
    expect(wrong('later')).toBe('from: must be one of "beginning", "now", or must be object');
    expect(wrong(7)).toBe(
      'from: must be string, or must be one of "beginning", "now", or must be object',
    );
  });

  it('names the deepest place where it is nearly one of them', () => {
    expect(wrong({ id: 5 })).toBe('from.id: must be string');
    expect(wrong('now')).toBeNull();
  });
});
