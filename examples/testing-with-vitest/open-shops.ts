/** What is to be tested: who sells, the nearest first. */
import type { RegistryClient } from '@rollcall/client';

export async function openShops(registry: RegistryClient, zone: string): Promise<readonly string[]> {
  const { instances } = await registry.instances('shop', { near: zone });
  return instances.map(({ host, port }) => `${host}:${port}`);
}
