export declare function toNodeListener(handler: (request: Request) => Response | Promise<Response>): NodeListener;

export type NodeListener = (incoming: IncomingMessage, outgoing: ServerResponse) => void;
