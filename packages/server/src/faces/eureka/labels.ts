/** What other protocols have fields for and Eureka's people write into the metadata: the zone, the version, the weight. */
import { labelKind, weightKind, type Instance, type Registration } from '@rollcall/core';
import type { DataCenter, Texts } from './document.js';

/** As they stand there; the zone also where Amazon says it. */
export function labelsOf(metadata: Texts, { metadata: amazon }: DataCenter): Pick<Registration, 'zone' | 'version' | 'weight'> {
  const weight = metadata['weight'];
  return {
    zone: labelKind.parse(metadata['zone']) ?? labelKind.parse(amazon['availability-zone']) ?? null,
    version: labelKind.parse(metadata['version']) ?? null,
    weight: (weight !== undefined && /^\d{1,5}$/.test(weight) ? weightKind.parse(Number(weight)) : undefined) ?? 1,
  };
}

/** And back: what an instance has besides its metadata is said there, where the two differ. */
export function labelled(
  metadata: Texts,
  { zone, version, weight }: Pick<Instance, 'zone' | 'version' | 'weight'>,
  dataCenter: DataCenter,
): Texts {
  const said = labelsOf(metadata, dataCenter);
  return {
    ...metadata,
    ...(zone === null || zone === said.zone ? {} : { zone }),
    ...(version === null || version === said.version ? {} : { version }),
    ...(weight === said.weight ? {} : { weight: String(weight) }),
  };
}
