;; The random words of a block of rows, four rows at a time: Philox4x32-10 of each row's position seeds a xoshiro128** that gives
;; its words (philox.ts and xoshiro.ts are the same in TypeScript, and say where both come from).
;;
;; Memory: from 0 the lower and from 2048 the upper halves of 512 positions, 32 bits each; the words go wherever $out says.
;; `npm run reference` assembles it into row-words-wasm.ts.
(module
  (memory (export "memory") 1)

  ;; Writes $draws words for each of $count rows, rounded up to a multiple of four: draw d of row i at $out + 4 · (d · $pitch + i).
  ;; ($attempt, 0) are the counter's upper words, ($key0, $key1) the key. $pitch is a multiple of four.
  (func (export "fill")
    (param $count i32) (param $attempt i32) (param $key0 i32) (param $key1 i32)
    (param $draws i32) (param $pitch i32) (param $out i32)
    (local $from i32) (local $end i32) (local $at i32) (local $left i32)
    (local $c0 v128) (local $c1 v128) (local $c2 v128) (local $c3 v128)
    (local $k0 v128) (local $k1 v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $t v128)
    (local.set $end (i32.shl (local.get $count) (i32.const 2)))
    (local.set $pitch (i32.shl (local.get $pitch) (i32.const 2)))
    (loop $rows
      (if (i32.ge_u (local.get $from) (local.get $end)) (then (return)))
      (local.set $c0 (v128.load (local.get $from)))
      (local.set $c1 (v128.load offset=2048 (local.get $from)))
      (local.set $c2 (i32x4.splat (local.get $attempt)))
      (local.set $c3 (v128.const i32x4 0 0 0 0))
      (local.set $k0 (i32x4.splat (local.get $key0)))
      (local.set $k1 (i32x4.splat (local.get $key1)))

      (local.set $left (i32.const 10))
      (loop $rounds
        (local.set $a
          (i64x2.extmul_low_i32x4_u (local.get $c0) (v128.const i32x4 0xd2511f53 0xd2511f53 0xd2511f53 0xd2511f53)))
        (local.set $b
          (i64x2.extmul_high_i32x4_u (local.get $c0) (v128.const i32x4 0xd2511f53 0xd2511f53 0xd2511f53 0xd2511f53)))
        (local.set $c
          (i64x2.extmul_low_i32x4_u (local.get $c2) (v128.const i32x4 0xcd9e8d57 0xcd9e8d57 0xcd9e8d57 0xcd9e8d57)))
        (local.set $d
          (i64x2.extmul_high_i32x4_u (local.get $c2) (v128.const i32x4 0xcd9e8d57 0xcd9e8d57 0xcd9e8d57 0xcd9e8d57)))
        ;; The upper halves of the products, then the lower ones.
        (local.set $c0
          (v128.xor
            (v128.xor
              (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $c) (local.get $d))
              (local.get $c1))
            (local.get $k0)))
        (local.set $c2
          (v128.xor
            (v128.xor
              (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $a) (local.get $b))
              (local.get $c3))
            (local.get $k1)))
        (local.set $c1 (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $c) (local.get $d)))
        (local.set $c3 (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $a) (local.get $b)))
        (local.set $k0
          (i32x4.add (local.get $k0) (v128.const i32x4 0x9e3779b9 0x9e3779b9 0x9e3779b9 0x9e3779b9)))
        (local.set $k1
          (i32x4.add (local.get $k1) (v128.const i32x4 0xbb67ae85 0xbb67ae85 0xbb67ae85 0xbb67ae85)))
        (br_if $rounds (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))

      ;; The four words are the state of xoshiro128**.
      (local.set $at (i32.add (local.get $out) (local.get $from)))
      (local.set $left (local.get $draws))
      (block $done
        (loop $words
          (br_if $done (i32.eqz (local.get $left)))
          (local.set $left (i32.sub (local.get $left) (i32.const 1)))
          ;; rotl(s1 · 5, 7) · 9
          (local.set $t (i32x4.add (i32x4.shl (local.get $c1) (i32.const 2)) (local.get $c1)))
          (local.set $t
            (v128.or (i32x4.shl (local.get $t) (i32.const 7)) (i32x4.shr_u (local.get $t) (i32.const 25))))
          (v128.store (local.get $at) (i32x4.add (i32x4.shl (local.get $t) (i32.const 3)) (local.get $t)))
          (local.set $at (i32.add (local.get $at) (local.get $pitch)))
          (local.set $t (i32x4.shl (local.get $c1) (i32.const 9)))
          (local.set $c2 (v128.xor (local.get $c2) (local.get $c0)))
          (local.set $c3 (v128.xor (local.get $c3) (local.get $c1)))
          (local.set $c1 (v128.xor (local.get $c1) (local.get $c2)))
          (local.set $c0 (v128.xor (local.get $c0) (local.get $c3)))
          (local.set $c2 (v128.xor (local.get $c2) (local.get $t)))
          (local.set $c3
            (v128.or (i32x4.shl (local.get $c3) (i32.const 11)) (i32x4.shr_u (local.get $c3) (i32.const 21))))
          (br $words)))

      (local.set $from (i32.add (local.get $from) (i32.const 16)))
      (br $rows))))
