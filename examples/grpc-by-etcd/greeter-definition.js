/** What a `.proto` file would say, without one: texts go in and out. */

const text = {
  requestStream: false,
  responseStream: false,
  requestSerialize: (value) => Buffer.from(value),
  requestDeserialize: (bytes) => bytes.toString(),
  responseSerialize: (value) => Buffer.from(value),
  responseDeserialize: (bytes) => bytes.toString(),
};

export const greeter = { greet: { ...text, path: '/Greeter/Greet' } };
