/** Where a registry is looked for when nobody says where it is. */
export const usualRegistryUrl = 'http://localhost:8500';
