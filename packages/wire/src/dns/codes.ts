/** The numbers of DNS that are used here, by name (RFC 1035 and those that came after). */

export const recordTypes = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
} as const;

export const CLASS_IN = 1;

export const opcodes = { QUERY: 0, NOTIFY: 4, UPDATE: 5 } as const;

/** Those above 15 need EDNS: their upper bits stand in the OPT record. */
export const rcodes = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;

/** Bits of a message's second word. */
export const headerFlags = {
  QR: 0x8000,
  OPCODE: 0x7800,
  AA: 0x0400,
  TC: 0x0200,
  RD: 0x0100,
  RA: 0x0080,
  RCODE: 0x000f,
} as const;

/** Options of EDNS: RFC 7873 and RFC 8914. */
export const ednsOptions = { COOKIE: 10, ERROR: 15 } as const;

/** What an extended error (RFC 8914) says. */
export const extendedErrors = { STALE_ANSWER: 3, NOT_READY: 14, PROHIBITED: 18, NOT_AUTHORITATIVE: 20 } as const;

export const HEADER_BYTES = 12;

/** What everybody takes who says nothing (RFC 1035). */
export const PLAIN_UDP_BYTES = 512;

/** Fits every path without fragments: what servers and resolvers agreed on in 2020. */
export const UDP_BYTES_MAX = 1232;

/** The length before a message on TCP has 16 bits. */
export const TCP_BYTES_MAX = 65_535;
