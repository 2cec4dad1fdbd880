/**
 * What was made of a thing that never changes, kept for as long as the thing is around and there is room: answers are put together
 * from such pieces. A change makes another thing, so that a piece is never out of date.
 */
export class KeptPieces<Thing extends object, Piece extends object> {
  readonly #bytesMax: number;
  readonly #make: (thing: Thing) => Piece;
  readonly #bytesOf: (piece: Piece) => number;
  /** Two generations: when the young one is full it becomes the old one, and the old one is forgotten. */
  #young = new WeakMap<Thing, Piece>();
  #old = new WeakMap<Thing, Piece>();
  #youngBytes = 0;

  constructor(bytesMax: number, make: (thing: Thing) => Piece, bytesOf: (piece: Piece) => number) {
    this.#bytesMax = bytesMax;
    this.#make = make;
    this.#bytesOf = bytesOf;
  }

  of(thing: Thing): Piece {
    const found = this.#young.get(thing);
    return found ?? this.#keep(thing, this.#old.get(thing) ?? this.#make(thing));
  }

  #keep(thing: Thing, piece: Piece): Piece {
    const bytes = this.#bytesOf(piece);
    if (this.#youngBytes + bytes > this.#bytesMax / 2) {
      this.#old = this.#young;
      this.#young = new WeakMap();
      this.#youngBytes = 0;
    }
    this.#young.set(thing, piece);
    this.#youngBytes += bytes;
    return piece;
  }
}
