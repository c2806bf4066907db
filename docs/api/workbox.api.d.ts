export declare function governedRoute(worker: TidemarkServiceWorker): GovernedRoute;

export interface GovernedRoute {
    readonly match: (options: {
        readonly request: Request;
    }) => boolean;
    readonly handler: (options: {
        readonly request: Request;
        readonly event: object;
    }) => Promise<Response>;
}
