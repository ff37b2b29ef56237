// A socket.io server that says hello to every client.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const server = createServer((_, response) => response.end('hello'));
new Server(server).on('connection', (socket) => socket.emit('hello', process.env.FC_INSTANCE_ID));
server.listen(process.env.FC_SERVER_PORT, '0.0.0.0');
