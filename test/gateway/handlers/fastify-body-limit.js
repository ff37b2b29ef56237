import Fastify from 'fastify';

// Stock Fastify with a body limit: it answers a longer body by 413 and `Connection: close` before it has read it. Prints its port.
const app = Fastify({ bodyLimit: 1024 * 1024 });
app.post('/', async () => 'taken');
await app.listen({ host: '127.0.0.1', port: 0 });
console.log(app.server.address().port);
