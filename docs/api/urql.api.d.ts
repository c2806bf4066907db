export declare function tidemarkExchange(tidemark: Client): Exchange;
